import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { GenerateRequest } from "../../shared/request.ts";
import { parseRequest } from "../../shared/validate.ts";
import { STARTER_ID } from "../library/library.ts";
import { startCompanion } from "./live/companion-process.ts";
import { PluginClient } from "./live/plugin-client.ts";
import { clock, report } from "./report.ts";

/** Prints how long a companion takes to start, and its first pictures with the starter; for the very first time on a machine, and after. */
export async function startOfCompanion(): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), "underpaint-start-"));
  try {
    for (const name of ["for the first time on a machine", "again"]) {
      const [companion, starting] = await clock(() => startCompanion(home));
      try {
        const client = await PluginClient.connect(companion);
        const first = await paint(client);
        const second = await paint(client);
        const fast = await paint(client, { quantize: "int8" });
        const fastAgain = await paint(client, { quantize: "int8" });
        client.close();
        report(`Starting a companion, ${name}`, `${starting.toFixed(2)} s`);
        report("  its first picture, the second", `${first.toFixed(2)} s, ${second.toFixed(2)} s`);
        report("  its first fast one, the second", `${fast.toFixed(2)} s, ${fastAgain.toFixed(2)} s`);
      } finally {
        await companion.stop();
      }
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Seconds from sending to receiving, of a picture of the starter. */
async function paint(client: PluginClient, more: Partial<GenerateRequest> = {}): Promise<number> {
  const fields = { model: STARTER_ID, prompt: "red apple", seed: 7, width: 128, height: 128, steps: 4 };
  const task = { kind: "generate", request: parseRequest({ ...fields, ...more }) } as const;
  const job = randomBytes(16).toString("hex");
  const began = performance.now();
  const done = client.next("done");
  client.send({ type: "submit", task, jobs: [{ job }], images: [] });
  await done;
  const seconds = (performance.now() - began) / 1000;
  client.send({ type: "acknowledge", job });
  return seconds;
}
