/** Everything that reads what strangers wrote: what it may be given, and what must hold of the answer. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { readCommunityNotes } from "../../companion/library/community-notes.ts";
import { sideCars } from "../../companion/library/side-cars.ts";
import { readNotesBeside } from "../../companion/library/side-notes.ts";
import { trainedTags } from "../../companion/library/tag-frequency.ts";
import { expandPrompt } from "../../companion/prompt/expand-prompt.ts";
import { parseAttention } from "../../companion/prompt/parse-attention.ts";
import { schedulePrompt } from "../../companion/prompt/schedule-prompt.ts";
import { readRecipe } from "../../plugin/ui/state/recipe.ts";
import { CLIENT_HEADER, decodeFrame, encodeFrame } from "../../shared/codec.ts";
import { FrameReader } from "../../shared/frame-reader.ts";
import { parseJson } from "../../shared/json-text.ts";
import { beginPairing, randomSecret } from "../../shared/pairing.ts";
import { PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { parseClientMessage, parseCompanionMessage, parseRequest } from "../../shared/validate.ts";
import { headerOf } from "../checkpoint/sample.ts";
import { recipe } from "../plugin/ui/fixtures.ts";
import { fileTargets } from "./file-targets.ts";
import { anyJson, nearly, nearlyBytes, type Target, target } from "./mutations.ts";
import { PICTURE_TARGETS } from "./picture-targets.ts";
import { TASK_TARGETS } from "./task-targets.ts";

const secret = "ab".repeat(32);
const job = "0123456789abcdef".repeat(2);
const request = parseRequest({
  ...{ model: "m", prompt: "a (cat:1.2)", seed: 1, image: "i", mask: "k", region: {}, loras: [{ model: "l" }] },
  ...{
    scheduler: { name: "unipc", solver_order: 2 },
    references: [{ image: "r" }],
    controls: [{ image: "c", model: "n" }],
  },
});
const CLIENT = [
  { type: "hello", protocol: PROTOCOL_VERSION, build: "b", nonce: secret, pairing: job, proof: secret },
  { type: "hello", protocol: PROTOCOL_VERSION, build: "b", nonce: secret, share: `04${secret}${secret}` },
  { type: "pairing-jobs", jobs: [job] },
  {
    type: "submit",
    task: { kind: "generate", request },
    jobs: [{ job, seed: 4 }],
    images: [{ name: "r", sha256: secret }],
  },
  { type: "download", repo: "owner/name", file: "a.safetensors" },
];
const COMPANION = [
  { type: "challenge", protocol: PROTOCOL_VERSION, nonce: secret },
  {
    ...{
      type: "welcome",
      protocol: PROTOCOL_VERSION,
      version: "1",
      proof: secret,
      modelsFolder: "/m",
      contentFilter: "off",
    },
    ...{
      models: [],
      addOns: [],
      modelProblems: [{ name: "a", problem: { code: "internal", message: "" } }],
      jobs: [job],
    },
  },
  { type: "done", job, width: 8, height: 8, seconds: 1, tokens: 3, request },
];
const frame = encodeFrame(CLIENT[3]!, new Map([["i", new Uint8Array(40)]]));

const sample = headerOf({ a: { shape: [2, 3] }, "b.weight": { dtype: "F32", shape: [4] } }, { format: "pt" });
function safetensors(header: string): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(sample.dataBytes)]);
}
function openBytes(bytes: Uint8Array, folder: string): unknown {
  const file = path.join(folder, "x.safetensors");
  writeFileSync(file, bytes);
  const store = openSafetensors(file, { within: [folder] });
  return [...store.keys()].map((key) => store.read(key));
}

const grammar = fc
  .array(
    fc.oneof(
      fc.constantFrom("(", ")", "[", "]", ":", "|", "<", ">", "{", "}", "\\", ",", "1.2", "0.5", "-3", "1e9", " "),
      fc.constantFrom("BREAK", "AND", "cat", "<lora:ink:1>", "embedding:", "\n", "::", "0", "NaN", "$$"),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 200 },
  )
  .map((parts) => parts.join("").slice(0, 4000));

const NOTES = [
  { "activation text": "a, b", "preferred weight": 0.7 },
  { trainedWords: ["a"], baseModel: "SD 1.5", modelVersions: [{ trainedWords: ["b"], files: [{ name: "x" }] }] },
  { triggerWords: ["a"], licence: "MIT", note: "n", suggestions: ["s"], name: "n" },
];
const SIDE_CARS = ["ink.json", "ink.civitai.info", "ink.metadata.json", "ink.cm-info.json", "ink.underpaint.json"];

function besideModel([name, content]: readonly [string, string], folder: string): unknown {
  const models = path.join(folder, "m");
  rmSync(models, { recursive: true, force: true });
  mkdirSync(models);
  writeFileSync(path.join(models, name), content);
  const beside = sideCars([name], (each) => path.join(models, each)).get("ink") ?? [];
  readNotesBeside(path.join(models, name), { within: [folder] });
  return readCommunityNotes({ name: "ink.safetensors", beside, metadata: new Map(), within: [folder] });
}

/** What it returns, or how it fails. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return String(error);
  }
}

/** All of them. `scratch`: an empty folder. */
export async function targets(scratch: string): Promise<Target[]> {
  const png = await encodePng({ width: 5, height: 4, data: Uint8Array.from({ length: 80 }, (_, i) => i * 3) });
  const nonces = { client: randomSecret(), companion: randomSecret() };
  return [
    target("codec: bytes", fc.oneof(fc.uint8Array({ maxLength: 300 }), nearlyBytes(frame)), (bytes) =>
      decodeFrame(bytes, CLIENT_HEADER),
    ),
    target("codec: the same in pieces", fc.oneof(fc.uint8Array({ maxLength: 300 }), nearlyBytes(frame)), (bytes) => {
      const [whole, pieces] = [
        () => decodeFrame(bytes, CLIENT_HEADER),
        () => new FrameReader().read(bytes, CLIENT_HEADER),
      ];
      expect(outcome(pieces)).toEqual(outcome(whole));
    }),
    target(
      "codec: there and back",
      fc.tuple(anyJson, fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), fc.uint8Array(), { maxKeys: 4 })),
      ([message, attachments]) => {
        const there = encodeFrame({ message }, new Map(Object.entries(attachments)));
        const back = decodeFrame(there, CLIENT_HEADER);
        expect(JSON.stringify(back.message)).toBe(JSON.stringify({ message }));
        expect([...back.attachments].map(([name, bytes]) => [name, [...bytes]])).toEqual(
          Object.entries(attachments).map(([name, bytes]) => [name, [...bytes]]),
        );
      },
    ),
    target("JSON text: as JSON.parse, or refused", fc.oneof(fc.json(), fc.string()), (text) => {
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expect(() => parseJson(text, { depth: 1000, values: 1e6 })).toThrow(SyntaxError);
        return;
      }
      expect(parseJson(text, { depth: 1000, values: 1e6 })).toEqual(expected);
    }),
    target("validator: plugin's messages", fc.oneof(nearly(CLIENT), anyJson), parseClientMessage),
    target("validator: companion's messages", fc.oneof(nearly(COMPANION), anyJson), parseCompanionMessage),
    target("validator: a request that was accepted is its own", nearly([request]), (value) => {
      const once = parseRequest(value);
      expect(parseRequest(structuredClone(once))).toEqual(once);
    }),
    target(
      "safetensors: header",
      fc.oneof(nearly([sample.header]), anyJson).map((header) => safetensors(JSON.stringify(header) ?? "")),
      openBytes,
    ),
    target("safetensors: bytes", nearlyBytes(safetensors(JSON.stringify(sample.header))), openBytes),
    target("picture: PNG", fc.oneof(nearlyBytes(png), fc.uint8Array({ maxLength: 200 })), decodeImage),
    target("prompt", fc.tuple(grammar, fc.integer({ min: 1, max: 150 })), ([prompt, steps]) => {
      const { text } = expandPrompt(prompt, 1);
      for (const line of schedulePrompt(text, steps)) parseAttention(line.text);
    }),
    target(
      "recipe",
      fc.oneof(
        nearly([recipe]).map((value) => JSON.stringify(value) ?? ""),
        fc.string(),
        fc.json(),
      ),
      readRecipe,
    ),
    target(
      "side-car",
      fc.tuple(
        fc.constantFrom(...SIDE_CARS),
        fc.oneof(
          fc.oneof(nearly(NOTES), anyJson).map((value) => JSON.stringify(value) ?? ""),
          fc.string(),
        ),
      ),
      besideModel,
    ),
    target(
      "tag counts",
      fc.oneof(
        anyJson.map((value) => JSON.stringify({ set: value }) ?? ""),
        fc.string(),
      ),
      trainedTags,
    ),
    target(
      "pairing: shares",
      fc.uint8Array({ minLength: 64, maxLength: 64 }).map((bytes) => `04${Buffer.from(bytes).toString("hex")}`),
      (share) => beginPairing("companion", { code: "123456", nonces }).finish(share)?.confirmedBy(secret),
    ),
    ...TASK_TARGETS,
    ...fileTargets(scratch),
    ...PICTURE_TARGETS,
  ];
}
