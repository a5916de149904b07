/** A companion for a file of tests, and a client that is paired with it. */
import type { RunJob } from "../../companion/queue/worker.ts";
import type { Result } from "../../shared/job.ts";
import { submitMessage } from "../submit-message.ts";
import { TestClient } from "./test-client.ts";
import { CODE, openTestHost, type TestHost } from "./test-host.ts";

export const picture = { name: "image", mediaType: "image/png", width: 8, height: 8 } as const;
export const png = Uint8Array.of(9, 8, 7);
export const result: Result = {
  attachments: [{ ...picture, bytes: png }],
  seconds: 1,
  facts: { tokens: 3, droppedText: "…", weightBits: 8 },
};
export const id = (n: number) => n.toString(16).padStart(32, "0");
export const request = { model: "m", prompt: "a cat", seed: 1 };
export const submit = (n: number, more: object = {}, images?: ReadonlyMap<string, Uint8Array>) =>
  submitMessage([id(n)], { ...request, ...more }, images);

const hosts: TestHost[] = [];
afterEach(async () => {
  jest.useRealTimers();
  for (const host of hosts.splice(0)) await host.close();
});

/** Closed after the test. */
export function open(run: RunJob = async () => result, models?: Parameters<typeof openTestHost>[1]) {
  const host = openTestHost(run, models);
  hosts.push(host);
  return host;
}
/** Runs until it is cancelled. */
export const forever = (signal: AbortSignal) =>
  new Promise<Result>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

export async function paired(host: TestHost) {
  const client = new TestClient(host);
  const welcome = await client.pair(CODE);
  return { client, token: { pairing: welcome.pairing, token: welcome.token } };
}
