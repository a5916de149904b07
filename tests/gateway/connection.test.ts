/** What else a connection carries: models, the engine, downloads, thumbnails, kept pictures, and garbage. */
import { MODELS_MS } from "../../companion/gateway/connection.ts";
import { MOST_WAITING } from "../../companion/gateway/thumbnails.ts";
import { Problem } from "../../shared/problem.ts";
import { id, open, paired, png, submit } from "./connected.ts";
import { TestClient, until } from "./test-client.ts";
import { CODE } from "./test-host.ts";

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
