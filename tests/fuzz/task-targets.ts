/** What becomes of jobs on their way: tasks with many seeds, stored jobs, images by their hashes, and recipes made again. */
import fc from "fast-check";
import * as v from "valibot";
import { sha256 } from "../../companion/queue/sha256.ts";
import { readContent, readEnd } from "../../companion/queue/stored.ts";
import { verifyImages } from "../../companion/queue/verify-images.ts";
import { intentOfRecipe } from "../../plugin/ui/request/intent.ts";
import { prepareRun } from "../../plugin/ui/request/prepare-run.ts";
import { readRecipe } from "../../plugin/ui/state/recipe.ts";
import { TASKS } from "../../shared/job.ts";
import type { ClientMessage } from "../../shared/protocol.ts";
import { checkImages, parseClientMessage, parseRequest } from "../../shared/validate.ts";
import { companion, layer, recipe, ticket } from "../plugin/ui/fixtures.ts";
import { anyJson, nearly, target } from "./mutations.ts";

const job = (n: number) => n.toString(16).padStart(32, "0");
const secret = "ab".repeat(32);
const request = parseRequest({ model: "m", prompt: "a", seed: 1, image: "i", loras: [{ model: "l" }] });
const enlarge = {
  ...{ image: "i", factor: 2, upscaler: "u" },
  detail: { model: "m", prompt: "", seed: 1, steps: 2, guidanceScale: 4, strength: 0.2, scheduler: {} },
};
const TASK_SAMPLES = [
  { kind: "generate", request },
  { kind: "enlarge", request: enlarge },
  { kind: "matte", request: { image: "i", model: "m", side: 1024 } },
  { kind: "likeness", request: { model: "m", pictures: ["i"], references: ["i"] } },
];
const submits = TASK_SAMPLES.map((task) => ({
  ...{ type: "submit", task, batch: true },
  jobs: [1, 2, 3].map((seed) => ({ job: job(seed), seed })),
  images: [{ name: "i", sha256: secret }],
}));
const RESULT = {
  attachments: [{ name: "image", width: 8, height: 8, type: "image/png" }],
  ...{ seconds: 1, facts: { tokens: 3, weightBits: 8 } },
};
const json = (samples: readonly unknown[]) =>
  fc.oneof(
    nearly(samples).map((value) => JSON.stringify(value) ?? ""),
    fc.string(),
  );

/** Its readers throw what their callers catch: damaged rows are put aside. */
function stored(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof v.ValiError || error instanceof SyntaxError) return error;
    throw error;
  }
}

/** Each job of a submit as its own task, which must be accepted again. */
function eachTask(message: ClientMessage): void {
  if (message.type !== "submit") return;
  const row = TASKS[message.task.kind] as unknown as {
    withSeed(task: object, seed: number): object;
    images(task: object): readonly string[];
    models(task: object): readonly string[];
  };
  for (const { seed } of message.jobs) {
    const task = seed === undefined ? message.task : row.withSeed(message.task, seed);
    row.images(task).concat(row.models(task));
    expect(parseClientMessage({ ...message, task })).toMatchObject({ task });
  }
}

const main = {
  call: async (name: string) => (name === "take-ticket" ? ticket : { layers: [{ ...layer("A"), id: "a" }] }) as never,
};

export const TASK_TARGETS = [
  target("tasks: every seed of a submit is a task of its own", fc.oneof(nearly(submits), anyJson), (value) =>
    eachTask(parseClientMessage(value)),
  ),
  target(
    "stored jobs",
    fc.tuple(
      json(TASK_SAMPLES.map((task) => ({ task, models: [{ id: "m", digest: secret }], person: "p", batch: true }))),
      json([RESULT, { code: "internal", message: "m" }]),
      fc.constantFrom("done" as const, "failed" as const, "cancelled" as const),
    ),
    ([content, end, state]) => {
      stored(() => readContent(content));
      stored(() => readEnd(state, end));
    },
  ),
  target(
    "images: by their hashes",
    fc.tuple(nearly([[{ name: "i", sha256: secret }]]), fc.dictionary(fc.string(), fc.uint8Array({ maxLength: 9 }))),
    async ([images, attachments]) => {
      const message = parseClientMessage({ ...submits[0], images });
      if (message.type !== "submit") throw new Error("another message");
      for (const { name, sha256: hash } of message.images) {
        const bytes = attachments[name] ?? new Uint8Array(0);
        const verified = await verifyImages(new Map([[hash, bytes]])).then(
          () => true,
          () => false,
        );
        expect(verified).toBe(sha256(bytes) === hash);
      }
      checkImages(message.task, { images: message.images, attachments: new Map(Object.entries(attachments)) });
    },
  ),
  target(
    "intents: a recipe made again is an accepted request",
    nearly([recipe]).map((value) => JSON.stringify(value) ?? ""),
    async (text) => {
      const read = readRecipe(text);
      if (read === null) return;
      const orders = await prepareRun([intentOfRecipe(read, companion, "its own")], main);
      for (const { jobs } of orders) for (const { recipe } of jobs) parseRequest(recipe.request);
    },
  ),
];
