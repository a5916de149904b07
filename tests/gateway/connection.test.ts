import { HELLO_MS, MODELS_MS } from "../../companion/gateway/connection.ts";
import { MOST_WAITING } from "../../companion/gateway/thumbnails.ts";
import type { RunJob } from "../../companion/queue/worker.ts";
import type { Progress, Result } from "../../shared/job.ts";
import { companionAt, randomSecret, verifyProof } from "../../shared/pairing.ts";
import { Problem } from "../../shared/problem.ts";
import { PORT, PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { parseRequest } from "../../shared/validate.ts";
import { requestOf } from "../request-of.ts";
import { submitMessage } from "../submit-message.ts";
import { TestClient, until } from "./test-client.ts";
import { CODE, openTestHost, type TestHost } from "./test-host.ts";

const picture = { name: "image", mediaType: "image/png", width: 8, height: 8 } as const;
const png = Uint8Array.of(9, 8, 7);
const result: Result = {
  attachments: [{ ...picture, bytes: png }],
  seconds: 1,
  facts: { tokens: 3, droppedText: "…", weightBits: 8 },
};
const id = (n: number) => n.toString(16).padStart(32, "0");
const request = { model: "m", prompt: "a cat", seed: 1 };
const submit = (n: number, more: object = {}, images?: ReadonlyMap<string, Uint8Array>) =>
  submitMessage([id(n)], { ...request, ...more }, images);

const hosts: TestHost[] = [];
function open(run: RunJob = async () => result, models?: Parameters<typeof openTestHost>[1]) {
  const host = openTestHost(run, models);
  hosts.push(host);
  return host;
}
/** Runs until it is cancelled. */
const forever = (signal: AbortSignal) =>
  new Promise<Result>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

async function paired(host: TestHost) {
  const client = new TestClient(host);
  const welcome = await client.pair(CODE);
  return { client, token: { pairing: welcome.pairing, token: welcome.token } };
}
afterEach(async () => {
  jest.useRealTimers();
  for (const host of hosts.splice(0)) await host.close();
});

test("the companion speaks first, and every client gets a nonce of its own", () => {
  const host = open();
  const [a, b] = [new TestClient(host), new TestClient(host)];
  expect(a.messages).toEqual([
    { type: "challenge", protocol: PROTOCOL_VERSION, nonce: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
  expect(a.messages).not.toEqual(b.messages);
});

test("pairing by code gives both sides a token, which is never sent, to prove from then on", async () => {
  const host = open();
  const { client, token } = await paired(host);
  const [welcome] = client.ofType("welcome");
  expect(welcome).toMatchObject({ version: "0.0.0", modelsFolder: "/models", jobs: [] });
  expect(verifyProof(companionAt(PORT), welcome!.proof, { token: token.token, nonces: client.nonces })).toBe(true);

  expect(JSON.stringify(client.messages)).not.toContain(token.token);

  const again = new TestClient(host);
  const second = await again.prove(token);
  expect(verifyProof(companionAt(PORT), second.proof, { token: token.token, nonces: again.nonces })).toBe(true);
  expect(host.events.map((event) => event.type)).toEqual(["paired", "connected", "connected"]);
});

test.each([
  ["a wrong token", (token: { pairing: string }) => ({ ...token, token: randomSecret() })],
  ["an unknown pairing", (token: { token: string }) => ({ ...token, pairing: id(5) })],
])("%s is refused and closed", async (_, change) => {
  const host = open();
  const { token } = await paired(host);
  const client = new TestClient(host);
  await expect(client.prove(change({ ...token }) as typeof token)).rejects.toThrow("unauthorised");
  expect(client.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
});

test("a proof can't be replayed: the next challenge has another nonce", async () => {
  const host = open();
  const { token } = await paired(host);
  const first = new TestClient(host);
  let hello: object = {};
  const send = first.send.bind(first);
  first.send = (message) => {
    hello = message;
    send(message);
  };
  await first.prove(token);
  const thief = new TestClient(host);
  thief.send(hello);
  expect(thief.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
});

test("a hello without code and proof is refused", () => {
  const client = new TestClient(open());
  client.hello({});
  expect(client.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
  expect(client.closed).toBe("unauthorised");
});

test("wrong codes by others never keep the owner's right one out", async () => {
  const host = open();
  for (let i = 0; i < 40; i++) {
    const client = new TestClient(host);
    await expect(client.pair("000000")).rejects.toThrow("pairing-code-wrong");
    expect(client.last).toMatchObject({ type: "refused", problem: { code: "pairing-code-wrong" } });
    expect(client.ofType("pairing-confirm")).toEqual([]);
  }
  await new TestClient(host).pair(CODE);
});

test("a guess shows nothing but that it was wrong: the companion confirms only to who knows the code", () => {
  const host = open();
  const client = new TestClient(host);
  client.begin("000000").confirm();
  expect(client.messages.map(({ type }) => type)).toEqual(["challenge", "pairing-share", "refused"]);
});

test("each step of pairing is heard only where it has its place", async () => {
  const host = open();
  const steps: [string, (client: TestClient) => void][] = [
    ["confirm before a share", (client) => client.send({ type: "pairing-confirm", confirmation: "0".repeat(64) })],
    ["jobs before a share", (client) => client.send({ type: "pairing-jobs", jobs: [] })],
    [
      "jobs instead of the confirmation",
      (client) => {
        client.begin(CODE);
        client.send({ type: "pairing-jobs", jobs: [] });
      },
    ],
    [
      "a second hello",
      (client) => {
        client.begin(CODE);
        client.hello({ share: `04${"0".repeat(128)}` });
      },
    ],
    [
      "a job instead of the pairing's jobs",
      (client) => {
        client.begin(CODE).confirm();
        client.send(submit(1));
      },
    ],
  ];
  for (const [what, play] of steps) {
    const client = new TestClient(host);
    play(client);
    expect([what, client.last]).toMatchObject([what, { type: "refused", problem: { code: "unauthorised" } }]);
    expect(client.ofType("welcome")).toEqual([]);
  }
});

test("nothing but hello is heard before the client has proven itself", () => {
  const host = open();
  for (const message of [submit(1), { type: "list-models" }, { type: "attach", job: id(1) }]) {
    const client = new TestClient(host);
    client.send(message);
    expect(client.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
    expect(client.closed).toBeDefined();
    client.send(submit(1));
    client.hello({ share: `04${"0".repeat(128)}` });
    expect(client.messages).toHaveLength(2);
  }
});

test("a client that says nothing is closed after three seconds", () => {
  jest.useFakeTimers();
  const client = new TestClient(open());
  jest.advanceTimersByTime(HELLO_MS - 1);
  expect(client.closed).toBeUndefined();
  jest.advanceTimersByTime(1);
  expect(client.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
  expect(client.closed).toBeDefined();
});

test.each([
  [PROTOCOL_VERSION - 1, "update the plugin"],
  [PROTOCOL_VERSION + 1, "update the companion"],
])("a hello of protocol %d is told what to update, whatever else it says", (protocol, advice) => {
  const client = new TestClient(open());
  client.hello({ protocol, fieldOfTheFuture: true });
  expect(client.last).toMatchObject({ type: "refused", problem: { code: "protocol-version" } });
  expect(JSON.stringify(client.last)).toContain(advice);
});

test("a revoked pairing is closed at its next message", async () => {
  const host = open();
  const { client, token } = await paired(host);
  host.pairings.revoke(token.pairing);
  client.send({ type: "list-models" });
  expect(client.last).toMatchObject({ type: "refused", problem: { code: "unauthorised" } });
  expect(client.closed).toBe("unauthorised");
});

test("submit brings queued, progress with previews, and the picture", async () => {
  const preview = Uint8Array.of(1, 2);
  const host = open(async (job, { onProgress }) => {
    expect(job.images.get("image")).toEqual(Uint8Array.of(5, 6));
    onProgress({ stage: "denoising", step: 1, of: 2, secondsLeft: 1, preview });
    return result;
  });
  const { client } = await paired(host);
  const images = new Map([["image", Uint8Array.of(5, 6)]]);
  client.send(submit(1, { image: "image" }, images), images);
  await until(() => client.ofType("done").length > 0);
  const [queued, progress, done] = client.received.slice(-3);
  expect(queued!.message).toEqual({ type: "queued", job: id(1), ahead: 0 });
  expect(progress!.message).toEqual({
    type: "progress",
    job: id(1),
    stage: "denoising",
    step: 1,
    of: 2,
    secondsLeft: 1,
  });
  expect([...progress!.attachments]).toEqual([["preview", preview]]);
  expect(done!.message).toEqual({
    type: "done",
    job: id(1),
    task: { kind: "generate", request: parseRequest({ ...request, image: "image" }) },
    result: { ...result, attachments: [picture] },
  });
  expect([...done!.attachments]).toEqual([["image", png]]);
});

test.each([
  [{ steps: 0 }, "request-invalid"],
  [{ width: 10000 }, "request-invalid"],
  [{ prompt: "x".repeat(5000) }, "prompt-too-long"],
  [{ image: "missing" }, "request-invalid"],
])("a request with %j is rejected by its job's name, and the connection stays", async (bad, code) => {
  const { client } = await paired(open());
  await client.ask(submit(1, bad));
  expect(client.last).toMatchObject({ type: "rejected", job: id(1), problem: { code } });
  expect(client.closed).toBeUndefined();
  client.send(submit(1));
  await until(() => client.ofType("done").length > 0);
});

test("several seeds come as one message with the images once, and each is a job of its own", async () => {
  const seen: number[] = [];
  const host = open(async ({ task, images }) => {
    seen.push(requestOf(task).seed);
    expect([...images.keys()]).toEqual(["a", "b"]);
    return result;
  });
  const { client } = await paired(host);
  const images = new Map([
    ["a", Uint8Array.of(1, 2)],
    ["b", Uint8Array.of(3)],
  ]);
  const jobs = [1, 2, 3, 4, 5].map(id);
  const references = [{ image: "a" }, { image: "b" }];
  client.send(submitMessage(jobs, { ...request, references }, images, [11, 12, 13, 14, 15]), images);
  await until(() => client.ofType("done").length === 5);
  expect(seen).toEqual([11, 12, 13, 14, 15]);
  expect(client.ofType("done").map(({ task }) => requestOf(task).seed)).toEqual(seen);

  // While one of them is kept, the same images need not come again; what is not there is asked for by name.
  await client.ask(submitMessage([id(6)], { ...request, references }, images));
  await until(() => client.ofType("done").length === 6);
  for (const job of [...jobs, id(6)]) await client.ask({ type: "acknowledge", job });
  await client.ask(submitMessage([id(7)], { ...request, references }, images), new Map([["a", images.get("a")!]]));
  expect(client.last).toEqual({ type: "missing", jobs: [id(7)], images: ["b"] });
});

test("an image of another pairing has to be sent like any other, and one that is not what it is said to be is refused", async () => {
  const host = open();
  const { client } = await paired(host);
  const { client: other } = await paired(host);
  const images = new Map([["image", Uint8Array.of(5, 6)]]);
  await client.ask(submit(1, { image: "image" }, images), images);
  await other.ask(submit(2, { image: "image" }, images));
  expect(other.last).toEqual({ type: "missing", jobs: [id(2)], images: ["image"] });
  await other.ask(submit(2, { image: "image" }, images), new Map([["image", Uint8Array.of(7)]]));
  expect(other.last).toMatchObject({ type: "rejected", job: id(2), problem: { code: "frame-invalid" } });
});

test("what the runner throws reaches the plugin as one sentence", async () => {
  const host = open(async () => {
    throw new Problem("image-not-readable", "The image is not a PNG.");
  });
  const { client } = await paired(host);
  client.send(submit(1));
  await until(() => client.ofType("failed").length > 0);
  expect(client.last).toEqual({
    type: "failed",
    job: id(1),
    problem: { code: "image-not-readable", message: "The image is not a PNG." },
  });
});

test("garbage is rejected, and too much of it in a row closes the client", async () => {
  const { client } = await paired(open());
  for (let i = 0; i < 4; i++) client.sendRaw(Uint8Array.of(1, 0, 0, 0, 5));
  expect(client.ofType("rejected").map((message) => message.problem.code)).toEqual(Array(4).fill("frame-invalid"));
  client.send({ type: "list-models" });
  client.send({ type: "cancel", job: id(1), more: true });
  expect(client.closed).toBeUndefined();
  for (let i = 0; i < 4; i++) client.send({ type: "unheard-of" });
  expect(client.closed).toBeDefined();
});

test.each(["stranger", "paired"])("a message that is nested deeply is refused by that name (%s)", async (who) => {
  const host = open();
  const client = who === "paired" ? (await paired(host)).client : new TestClient(host);
  const header = new TextEncoder().encode(`{"message":${"[".repeat(1500)}${"]".repeat(1500)},"attachments":[]}`);
  const frame = new Uint8Array(4 + header.length);
  new DataView(frame.buffer).setUint32(0, header.length, true);
  frame.set(header, 4);
  client.sendRaw(frame);
  expect(client.last).toMatchObject({
    problem: { code: "frame-invalid", message: expect.stringMatching(/nested|values/) },
  });
});

test("a client that leaves does not take its job along: the result waits for attach and acknowledge", async () => {
  let finish = () => {};
  const host = open(
    () =>
      new Promise((resolve) => {
        finish = () => resolve(result);
      }),
  );
  const { client, token } = await paired(host);
  client.send(submit(1));
  await until(() => finish.length === 0 && client.ofType("queued").length > 0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  client.leave();
  finish();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(client.ofType("done")).toEqual([]);

  const back = new TestClient(host);
  expect((await back.prove(token)).jobs).toEqual([id(1)]);
  await back.ask({ type: "attach", job: id(1) });
  expect(back.received.at(-1)).toMatchObject({
    message: { type: "done" },
    attachments: new Map([["image", png]]),
  });
  back.send({ type: "acknowledge", job: id(1) });
  await back.ask({ type: "attach", job: id(1) });
  expect(back.last).toMatchObject({ type: "rejected", job: id(1), problem: { code: "job-unknown" } });
});

const judging = { kind: "likeness", request: { model: "m", pictures: ["picture.0"], references: ["picture.0"] } };

test.each([
  ["what brings numbers", "likeness", { task: judging }],
  ["what was sent as fleeting", "generate", { fleeting: true }],
])("%s ends when the client that asked leaves: it is on no list, and nothing runs on", async (_, kind, more) => {
  const aborted: string[] = [];
  const host = open(({ task }, { signal }) => {
    signal.addEventListener("abort", () => aborted.push(task.kind));
    return forever(signal);
  });
  const { client, token } = await paired(host);
  const images = kind === "likeness" ? new Map([["picture.0", Uint8Array.of(1)]]) : new Map<string, Uint8Array>();
  await client.ask({ ...submitMessage([id(1)], request, images), ...more }, images);
  await client.ask({ ...submitMessage([id(2)], request, images), ...more });
  await client.ask(submit(3));
  await until(() => client.ofType("queued").length >= 3);
  client.leave();
  await until(() => aborted.length === 1);
  expect(aborted).toEqual([kind]);
  const back = new TestClient(host);
  expect((await back.prove(token)).jobs).toEqual([id(3)]);
});

test("a plugin that pairs anew gets its jobs back, those of a revoked pairing and no others", async () => {
  const host = open();
  const { client, token } = await paired(host);
  const { client: other } = await paired(host);
  client.send(submit(1));
  other.send(submit(2));
  await until(() => client.ofType("done").length + other.ofType("done").length === 2);
  host.pairings.revoke(token.pairing);
  const back = new TestClient(host);
  expect((await back.pair(CODE, [id(1), id(2), id(3)])).jobs).toEqual([id(1)]);
  await back.ask({ type: "attach", job: id(1) });
  expect(back.received.at(-1)).toMatchObject({
    message: { type: "done" },
    attachments: new Map([["image", png]]),
  });
});

test("a job of a long run lets one pass that somebody waits for", async () => {
  const host = open((_, { signal }) => forever(signal));
  const { client } = await paired(host);
  client.send(submit(1));
  await until(() => client.ofType("queued").length > 0);
  await client.ask({ ...submit(2), batch: true });
  await client.ask(submit(3));
  const ahead = (n: number) => client.ofType("queued").findLast(({ job }) => job === id(n))?.ahead;
  await until(() => ahead(2) === 2);
  expect(ahead(3)).toBe(1);
});

test("pictures are kept for a Figma file, told of, sent and forgotten", async () => {
  const host = open();
  const { client } = await paired(host);
  const [file, other] = [id(77), id(78)];
  const kept = { job: id(1), at: 5, starred: false, about: "{}" };
  const both = new Map([
    ["image", png],
    ["small", Uint8Array.of(1)],
  ]);
  await client.ask({ type: "keep", file, picture: kept }, both);
  await until(() => client.ofType("kept").length === 1);
  await client.ask({ type: "keep", file, picture: { ...kept, starred: true } });
  await until(() => client.ofType("kept").length === 2);
  await client.ask({ type: "keep", file, picture: kept }, new Map([["image", png]]));
  expect(client.last).toMatchObject({ type: "rejected", problem: { code: "frame-invalid" } });
  const layer = Uint8Array.of(2);
  await client.ask({ type: "keep", file, picture: kept }, new Map([...both, ["layer.1", layer]]));
  expect(client.last).toMatchObject({ type: "rejected", problem: { code: "frame-invalid" } });
  client.send({ type: "list-history", file });
  client.send({ type: "list-history", file: other });
  await until(() => client.ofType("history").length === 2);
  expect(client.ofType("history").map(({ pictures }) => pictures)).toEqual([[{ ...kept, starred: true }], []]);
  client.send({ type: "kept-picture", file, job: id(1), size: "whole" });
  client.send({ type: "kept-picture", file: other, job: id(1), size: "whole" });
  await until(() => client.ofType("kept-picture").length === 2);
  const sent = client.received.filter(({ message }) => (message as { type: string }).type === "kept-picture");
  expect(sent.map(({ attachments }) => [...attachments])).toEqual([[["image", png]], []]);
  await client.ask({ type: "keep", file, picture: { ...kept, job: id(2) } }, new Map([...both, ["layer.0", layer]]));
  client.send({ type: "kept-picture", file, job: id(2), size: "whole" });
  await until(() => client.ofType("kept-picture").length === 3);
  expect([...client.received.at(-1)!.attachments]).toEqual([
    ["image", png],
    ["layer.0", layer],
  ]);
  client.send({ type: "forget", file, jobs: [id(1), id(2)] });
  client.send({ type: "list-history", file });
  await until(() => client.ofType("history").length === 3);
  expect(client.ofType("history").at(-1)!.pictures).toEqual([]);
});

test("another pairing sees nothing of a job", async () => {
  const host = open((_, { signal }) => forever(signal));
  const { client } = await paired(host);
  client.send(submit(1));
  const { client: other } = await paired(host);
  expect(other.ofType("welcome")[0]!.jobs).toEqual([]);
  for (const type of ["attach", "cancel"]) {
    await other.ask({ type, job: id(1) });
    expect(other.last).toMatchObject({ type: "rejected", problem: { code: "job-unknown" } });
  }
});

test("cancel is answered at once", async () => {
  const host = open((_, { signal }) => forever(signal));
  const { client } = await paired(host);
  client.send(submit(1));
  await client.ask({ type: "cancel", job: id(1) });
  expect(client.last).toEqual({ type: "cancelled", job: id(1) });
});

test("progress comes at most ten times a second, the newest last, and not at all while the wire is full", async () => {
  let push: (progress: Progress) => void = () => {};
  const host = open((_, { onProgress, signal }) => {
    push = onProgress;
    return forever(signal);
  });
  const { client } = await paired(host);
  client.send(submit(1));
  await until(() => client.ofType("queued").length > 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  jest.useFakeTimers();
  for (let step = 1; step <= 100; step++) {
    push({ stage: "denoising", step, of: 100 });
    jest.advanceTimersByTime(10);
  }
  const steps = client.ofType("progress").map((message) => message.step);
  expect(steps.length).toBeGreaterThan(8);
  expect(steps.length).toBeLessThanOrEqual(11);
  jest.advanceTimersByTime(100);
  expect(client.ofType("progress").at(-1)!.step).toBe(100);

  client.bufferedAmount = 10_000_000;
  const before = client.messages.length;
  push({ stage: "decoding", step: 100, of: 100 });
  jest.advanceTimersByTime(1000);
  expect(client.messages).toHaveLength(before);
  client.bufferedAmount = 0;
  jest.advanceTimersByTime(100);
  expect(client.last).toMatchObject({ type: "progress", stage: "decoding" });
});

test("welcome does not wait for a slow list of models: it follows", async () => {
  let give: (list: {
    models: [];
    addOns: [];
    problems: { name: string; problem: { code: "internal"; message: string } }[];
  }) => void = () => {};
  const host = open(
    undefined,
    () =>
      new Promise((resolve) => {
        give = resolve;
      }),
  );
  const client = new TestClient(host);
  const started = Date.now();
  await client.pair(CODE);
  expect(Date.now() - started).toBeLessThan(MODELS_MS + 5000);
  give({ models: [], addOns: [], problems: [{ name: "x", problem: { code: "internal", message: "late" } }] });
  await until(() => client.ofType("models").length > 0);
  expect(client.last).toMatchObject({ modelProblems: [{ name: "x" }] });
});

test("a models folder that can't be read is a problem in the list, not the end", async () => {
  const host = open(undefined, async () => {
    throw new Problem("file-outside-models", "No.");
  });
  const { client } = await paired(host);
  expect(client.ofType("welcome")[0]!.modelProblems).toEqual([
    { name: "/models", problem: { code: "file-outside-models", message: "No." } },
  ]);
});

test("the engine's state follows", async () => {
  const host = open();
  const { client } = await paired(host);
  expect(client.ofType("welcome")[0]!.device).toBeUndefined();
  const device = { provider: "cpu", name: "CPU", passedOver: [] } as const;
  host.setEngine({ device });
  expect(client.last).toEqual({ type: "engine", device });
  const { client: next } = await paired(host);
  expect(next.ofType("welcome")[0]!.device).toEqual(device);
});

test("a change of the models folder brings a fresh list, until the client leaves", async () => {
  const host = open();
  const { client } = await paired(host);
  host.changeModels();
  await until(() => client.ofType("models").length === 1);
  client.leave();
  host.changeModels();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(client.ofType("models")).toHaveLength(1);
});

test("downloads are told after the welcome, started and cancelled", async () => {
  const asked: unknown[] = [];
  let tell = () => {};
  const downloads = {
    recommended: [],
    list: () => [{ repo: "a/b", state: "running" as const, done: 1, total: 2 }],
    start: (request: unknown) => asked.push(request),
    cancel: (repo: string) => asked.push(repo),
    onChange: (listener: () => void) => {
      tell = listener;
      return () => {
        tell = () => {};
      };
    },
  };
  const { client } = await paired({ ...open(), downloads } as ReturnType<typeof open>);
  const told = { type: "downloads", downloads: downloads.list(), recommended: [] };
  expect(client.ofType("downloads")).toEqual([told]);
  tell();
  expect(client.ofType("downloads")).toEqual([told, told]);
  client.send({ type: "download", repo: "a/b" });
  client.send({ type: "cancel-download", repo: "a/b" });
  client.send({ type: "download", repo: "../b" });
  client.send({ type: "download", repo: "https://a/b" });
  expect(asked).toEqual([{ repo: "a/b" }, "a/b"]);
  expect(client.ofType("rejected").map(({ problem }) => problem.code)).toEqual(["frame-invalid", "frame-invalid"]);
});

test("a models folder that cannot be listed is told in the list, and stands in no job's way", async () => {
  const host = open(undefined, async () => {
    throw new Problem("file-unreadable", "The folder cannot be read.");
  });
  const { client } = await paired(host);
  expect(client.ofType("welcome")[0]!.modelProblems).toMatchObject([{ problem: { code: "file-unreadable" } }]);
  client.send(submit(1));
  await until(() => client.ofType("done").length === 1);
  expect(client.ofType("rejected")).toEqual([]);
});

test("thumbnails are answered one after the other, with a picture where there is one", async () => {
  const host = open();
  const { client } = await paired(host);
  for (const id of ["pictured", "plain", "pictured", "../../etc/passwd"]) client.send({ type: "thumbnail", id });
  await until(() => client.ofType("thumbnail").length === 3);
  const answers = client.received.filter(({ message }) => message.type === "thumbnail");
  expect(answers.map(({ message, attachments }) => [message, attachments.get("image")?.length])).toEqual([
    [{ type: "thumbnail", id: "pictured" }, 3],
    [{ type: "thumbnail", id: "plain" }, undefined],
    [{ type: "thumbnail", id: "../../etc/passwd" }, undefined],
  ]);
});

test("a client that asks for thumbnails without end is told off, and a full wire gets none", async () => {
  const host = open();
  const { client } = await paired(host);
  client.bufferedAmount = 10_000_000;
  for (let i = 0; i <= MOST_WAITING; i++) client.send({ type: "thumbnail", id: String(i) });
  expect(client.last).toMatchObject({ type: "rejected", problem: { code: "queue-full" } });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(client.ofType("thumbnail")).toEqual([]);
  client.bufferedAmount = 0;
  await until(() => client.ofType("thumbnail").length > 3);
  client.leave();
});
