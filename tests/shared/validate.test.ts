import { imageRefs } from "../../shared/image-refs.ts";
import { Problem } from "../../shared/problem.ts";
import { PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { checkImages, parseClientMessage, parseCompanionMessage, parseRequest } from "../../shared/validate.ts";
import { submitMessage } from "../submit-message.ts";

const smallest = { model: "starter", prompt: "a cat", seed: 7 };
const job = "0123456789abcdef".repeat(2);

function problemOf(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    return error as Problem;
  }
  throw new Error("Nothing was refused");
}

test("parseRequest() fills in every default", () => {
  expect(parseRequest(smallest)).toEqual({
    model: "starter",
    prompt: "a cat",
    width: 512,
    height: 512,
    seed: 7,
    steps: 20,
    guidanceScale: 7.5,
    guidanceRescale: 0,
    imageGuidanceScale: 1.5,
    scheduler: {},
    eta: 0,
    clipSkip: 0,
    promptSyntax: "plain",
    loras: [],
    embeddings: [],
    controls: [],
    strength: 1,
    composite: true,
    tiling: false,
    references: [],
  });
});

test("parseRequest() leaves a full request as it is", () => {
  const full = {
    ...parseRequest(smallest),
    scheduler: {
      name: "euler",
      timestep_spacing: "trailing",
      use_karras_sigmas: true,
      trained_betas: [0.1, 0.2],
      clip: null,
    },
    image: "image",
    mask: "mask",
    region: { detail: 0.2, grow: 3, feather: 8, colorMatch: false },
    references: [{ image: "a", weight: 0.7, start: 0, end: 0.5, adapter: "ip", imageEncoder: "enc" }],
  };
  expect(parseRequest(JSON.parse(JSON.stringify(full)))).toEqual(full);
});

test.each([
  [{ ...smallest, steps: 0 }, "Cannot use the request as `steps` must be at least 1: received 0."],
  [{ ...smallest, steps: 1.5 }, "Cannot use the request as `steps` must be a whole number: received 1.5."],
  [{ ...smallest, width: 515 }, "Cannot use the request as `width` must be a multiple of 8: received 515."],
  [{ ...smallest, height: 10000 }, "Cannot use the request as `height` must be at most 4096: received 10000."],
  [{ ...smallest, seed: -1 }, "Cannot use the request as `seed` must be at least 0: received -1."],
  [{ ...smallest, seed: Number.NaN }, "Cannot use the request as `seed` must be a number: received NaN."],
  [
    { ...smallest, guidanceScale: Number.POSITIVE_INFINITY },
    "Cannot use the request as `guidanceScale` must be a finite number: received Infinity.",
  ],
  [{ ...smallest, sampler: "ddim" }, "Cannot use the request as `sampler` is not a field that exists."],
  [{ prompt: "x", seed: 1 }, "Cannot use the request as `model` is missing."],
  [{ ...smallest, mask: "m" }, "Cannot use the request as `mask` needs `image`, the picture to repair."],
  [{ ...smallest, split: {} }, "Cannot use the request as `split` needs `image`, the picture to take apart."],
  [
    { ...smallest, image: "i", split: {}, width: 64, height: 64 },
    "Cannot use the request as `split` cannot be used with `width`, `height`, `mask`, `motion`, `refiner`, `tiling`, `palette`, `drift`, `sceneText`.",
  ],
  [
    { ...smallest, image: "i", split: {}, strength: 0.5 },
    "Cannot use the request as `split` is of the whole picture: leave out `strength`.",
  ],
  [
    { ...smallest, image: "i", split: { layers: 9 } },
    "Cannot use the request as `split.layers` must be at most 8: received 9.",
  ],
  [
    { ...smallest, image: "i", split: { resolution: 800 } },
    "Cannot use the request as `split.resolution` must be one of 640, 1024: received 800.",
  ],
  [{ ...smallest, image: "i", region: {} }, "Cannot use the request as `region` needs `mask`."],
  [
    { ...smallest, controls: [{ image: "i", model: "net", preprocessor: "inpaint" }] },
    'Cannot use the request as `controls` needs `mask`, where the preprocessor "inpaint" is asked for.',
  ],
  [
    { ...smallest, image: "i", mask: "m", region: { surroundings: { start: 0.5, end: 0.5 } } },
    "Cannot use the request as `region.surroundings.end` must be greater than `start`.",
  ],
  [
    { ...smallest, references: [{ image: "a", start: 0.5, end: 0.5 }] },
    "Cannot use the request as `references[0].end` must be greater than `start`.",
  ],
  [
    { ...smallest, scheduler: { a: {} } },
    "Cannot use the request as `scheduler.a` must be text, a number, a list of numbers, true, false or null: received {}.",
  ],
  [{ ...smallest, timesteps: [] }, "Cannot use the request as `timesteps` must not be empty."],
  [{ ...smallest, sigmas: [3, -1] }, "Cannot use the request as `sigmas[1]` must be at least 0: received -1."],
  [null, "Cannot use the request as it must be an object: received null."],
])("parseRequest() refuses %j", (value, sentence) => {
  const problem = problemOf(() => parseRequest(value));
  expect(problem.code).toBe("request-invalid");
  expect(problem.message).toBe(sentence);
});

test("parseRequest() refuses more than ten references and a scheduler it does not know", () => {
  const references = Array.from({ length: 11 }, () => ({ image: "a" }));
  expect(problemOf(() => parseRequest({ ...smallest, references })).message).toMatch(
    /`references` must have at most 10/,
  );
  expect(parseRequest({ ...smallest, references: references.slice(1) }).references).toHaveLength(10);
  expect(problemOf(() => parseRequest({ ...smallest, scheduler: { name: "magic" } })).message).toMatch(
    /`scheduler.name` is no scheduler that is known here: received "magic", and the closest is "/,
  );
});

test("parseRequest() names a prompt that is too long", () => {
  const problem = problemOf(() => parseRequest({ ...smallest, prompt: "x".repeat(5000) }));
  expect(problem.toJSON()).toEqual({
    code: "prompt-too-long",
    message: "The prompt has 5000 characters and the limit is 4000: shorten it.",
  });
  expect(problemOf(() => parseRequest({ ...smallest, negativePrompt: "x".repeat(4001) })).message).toMatch(
    /^The negative/,
  );
  expect(parseRequest({ ...smallest, prompt: "x".repeat(4000) }).prompt).toHaveLength(4000);
});

test("parseClientMessage() tells a bad request from a bad message", () => {
  const submit = (more: object = {}, id = job) => submitMessage([id], { ...smallest, ...more });
  expect(parseClientMessage(submit())).toMatchObject({ jobs: [{ job }], task: { request: { steps: 20 } } });
  const refused = (message: object) => problemOf(() => parseClientMessage(message));
  expect(refused(submit({ steps: 0 })).code).toBe("request-invalid");
  expect(refused(submit({ steps: 0 })).message).toContain("`steps`");
  expect(refused(submit({ prompt: "x".repeat(5000) })).code).toBe("prompt-too-long");
  expect(refused(submit({}, "../../etc")).code).toBe("frame-invalid");
  expect(refused({ ...submit(), task: { kind: "dream" } }).code).toBe("frame-invalid");
  expect(problemOf(() => parseClientMessage({ ...submit(), more: 1 })).message).toBe(
    "Cannot use the message as `more` is not a field that exists.",
  );
});

test.each([
  [{}],
  [null],
  [5],
  [[]],
  [{ type: "nonsense" }],
  [{ type: "welcome" }],
  [{ type: "cancel" }],
  [{ type: "hello" }],
])("parseClientMessage() refuses %j", (value) => {
  expect(problemOf(() => parseClientMessage(value)).code).toBe("frame-invalid");
});

test("parseCompanionMessage() reads every kind of message", () => {
  const problem = { code: "internal", message: "x" };
  const secret = "ab".repeat(32);
  const model = {
    id: "starter",
    name: "Starter",
    family: { id: "sd1", name: "Stable Diffusion 1.x", like: true },
    nativeSize: 128,
    sizeMultiple: 8,
    maxTokens: 32,
    inpainting: false,
    references: true,
    edits: false,
    defaults: { steps: 20, guidanceScale: 4, scheduler: "ddim" },
    suggestions: ["a cat"],
    thumbnail: true,
  };
  const addOn = {
    id: "Lora/ink",
    name: "ink",
    kind: "lora",
    families: [{ id: "sd1", name: "Stable Diffusion 1.x" }],
    triggerWords: ["inked"],
    suggestedWeight: 0.7,
    licence: "MIT",
    sha256: secret,
    thumbnail: true,
  };
  const control = { ...{ id: "c", name: "c", kind: "control", controlKind: "t2i-adapter" } };
  const addOns = [addOn, { ...control, families: [], triggerWords: [], thumbnail: false }];
  const device = { provider: "cpu", name: "CPU (2 cores)", passedOver: [{ provider: "cuda", reason: "no card" }] };
  const models = { models: [model], addOns, modelProblems: [{ name: "a.ckpt", problem }] };
  const messages = [
    { type: "challenge", protocol: PROTOCOL_VERSION, nonce: secret },
    { type: "pairing-share", share: `04${secret}${secret}` },
    { type: "pairing-confirm", confirmation: secret },
    {
      ...{
        type: "welcome",
        protocol: PROTOCOL_VERSION,
        version: "1",
        proof: secret,
        modelsFolder: "/m",
        contentFilter: "enforced",
      },
      ...{ ...models, jobs: [job], device },
    },
    { type: "refused", problem },
    { type: "models", ...models },
    { type: "thumbnail", id: "Lora/ink" },
    { type: "engine", device },
    { type: "queued", job, ahead: 0 },
    { type: "progress", job, stage: "denoising", step: 1, of: 20, secondsLeft: 1.5 },
    { type: "missing", jobs: [job], images: ["image"] },
    {
      ...{ type: "done", job, task: { kind: "generate", request: parseRequest(smallest) } },
      result: {
        attachments: [{ name: "image", mediaType: "image/png", width: 64, height: 64 }],
        ...{ seconds: 2, facts: { tokens: 4, weightBits: 8 } },
      },
    },
    { type: "failed", job, problem },
    { type: "cancelled", job },
    { type: "rejected", problem },
  ];
  for (const message of messages) expect(parseCompanionMessage(message)).toEqual(message);
  expect(
    problemOf(() => parseCompanionMessage({ type: "failed", job, problem: { code: "made-up", message: "" } })).code,
  ).toBe("frame-invalid");
});

test("checkImages() wants exactly the images that the task names", () => {
  const request = parseRequest({ ...smallest, image: "a", mask: "b", references: [{ image: "c" }, { image: "c" }] });
  const task = { kind: "generate", request } as const;
  expect(imageRefs(request)).toEqual(["a", "b", "c"]);
  const check = (names: string[], sent: string[] = names) => {
    const attachments = new Map(sent.map((name) => [name, new Uint8Array(1)]));
    return checkImages(task, { images: names.map((name) => ({ name, sha256: "0".repeat(64) })), attachments });
  };
  check(["c", "a", "b"]);
  check(["c", "a", "b"], []);
  expect(problemOf(() => check(["a", "b"])).message).toMatch(/its image "c" did not come/);
  expect(problemOf(() => check(["a", "b", "c", "d"])).message).toMatch(/does not name the image "d"/);
  expect(problemOf(() => check(["a", "b", "c"], ["d"])).message).toMatch(/does not name the image "d"/);
  expect(problemOf(() => check(["a", "b", "c", "a"])).message).toMatch(/gives an image twice/);
});

test.each([
  [
    { controls: [{ image: "a", model: "m", preprocessor: "depth" }] },
    /must be one of canny, scribble, .*received "depth"/,
  ],
  [{ controls: [{ image: "a", model: "m", start: 0.5, end: 0.5 }] }, /must be greater than `start`/],
  [{ controls: [{ image: "a", model: "m", mode: "strict" }] }, /must be one of/],
  [{ references: [{ image: "a", blocks: "colour" }] }, /must be one of all, style, layout, style\+layout, or \{down/],
  [{ references: [{ image: "a", blocks: { up: { first: 1 } } }] }, /blocks.* received "first"|blocks/],
])("parseRequest() refuses %j", (fields, message) => {
  expect(problemOf(() => parseRequest({ ...smallest, ...fields }))).toMatchObject({
    code: "request-invalid",
    message: expect.stringMatching(message),
  });
});

test("imageRefs() knows control pictures and masks of references", () => {
  const controls = [{ image: "lines", model: "m", preprocessor: { name: "canny", low: 50 } }];
  const request = parseRequest({ ...smallest, controls, references: [{ image: "face", mask: "where" }] });
  expect(imageRefs(request)).toEqual(["face", "where", "lines"]);
  expect(request.controls[0]).toMatchObject({ weight: 1, mode: "balanced", preprocessor: { low: 50, high: 200 } });
});
