/** Pictures in whole numbers of 8 bits: near the exact ones, the same each time, with everything that a request may bring. */
import path from "node:path";
import { writeRandomLora } from "../../companion/bench/random-lora.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { openStudio, type PipelineStudio } from "../../companion/pipeline/open-studio.ts";
import type { Tensor } from "../../companion/tensor.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { openUNet } from "../checkpoint/open-unet.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { testPicture } from "../image/reference.ts";
import { deviation } from "../networks/fixture.ts";
import { openTestStudio, paint, request, STARTER } from "./studio-for-tests.ts";

const models = path.join(__dirname, "../fixtures/parity/control-models");
const folder = temporaryFolder();
const lora = path.join(folder, "lora.safetensors");
const open = () =>
  openTestStudio(undefined, {
    lora,
    ...Object.fromEntries(["light", "net", "t2i-light"].map((name) => [name, path.join(models, name)])),
  });
let studio: PipelineStudio;
let images: Record<string, Uint8Array>;
beforeAll(async () => {
  // Of so many ranks that it changes more than rounding does.
  writeRandomLora(await openUNet(STARTER), 32, lora);
  images = { picture: await encodePng(testPicture(64, 64)) };
  studio = open();
});
afterAll(() => studio.close());

/** The latent after the last step. */
async function latent(fields: Partial<GenerateRequest>, { on = studio, level = 0 } = {}): Promise<Tensor> {
  const { trace } = await paint(on, request(fields), images, level);
  const steps = [...trace.keys()].filter((key) => key.startsWith("latents."));
  return trace.get(steps.at(-1)!) as Tensor;
}

const FAST = { quantize: "int8" } as const;

/** Guidance enlarges what its two runs differ by, and what they err by. */
test.each([
  [1, 0.025],
  [4, 0.05],
])("a step with a guidance of %d is near the exact one", async (guidanceScale, bound) => {
  const step = { steps: 1, guidanceScale };
  const off = deviation(await latent({ ...step, ...FAST }), await latent(step));
  expect(off).toBeGreaterThan(1e-4);
  expect(off).toBeLessThan(bound);
});

test("the same request is the same bytes, whatever ran before and however little memory there is", async () => {
  const first = (await paint(studio, request(FAST))).result.png;
  await latent({ ...FAST, prompt: "blue chair", seed: 9 });
  expect((await paint(studio, request(FAST))).result.png).toEqual(first);
  // On this rung an evaluation's runs are made one after the other.
  expect((await paint(studio, request(FAST), {}, 2)).result.png).toEqual(first);
  const other = open();
  expect((await paint(other, request(FAST))).result.png).toEqual(first);
  await other.close();
});

const PICTURE = { image: "picture", weight: 1, start: 0, end: 1 } as const;
const LIGHT = { model: "light", width: 32, height: 32, scheduler: {} };

test.each<[string, Partial<GenerateRequest>, Partial<GenerateRequest>]>([
  ["a LoRA", {}, { loras: [{ model: "lora", weight: 4 }] }],
  ["a reference", {}, { references: [PICTURE] }],
  ["a ControlNet", LIGHT, { controls: [{ ...PICTURE, model: "net", mode: "balanced" }] }],
  ["a T2I-Adapter", LIGHT, { controls: [{ ...PICTURE, model: "t2i-light", mode: "balanced" }] }],
])("%s changes a fast picture as it changes an exact one", async (_, base, added) => {
  const [without, exact] = [await latent(base), await latent({ ...base, ...added })];
  const fast = await latent({ ...base, ...FAST, ...added });
  expect(deviation(fast, exact)).toBeLessThan(deviation(fast, without) / 2);
});

test.each(["heun", "dpmpp_2m", "euler_ancestral", "ddim"] as const)("scheduler %s works with it", async (name) => {
  const scheduler = { scheduler: { name }, steps: 3 };
  const [fast, exact] = [await latent({ ...scheduler, ...FAST }), await latent(scheduler)];
  expect(deviation(fast, exact)).toBeLessThan(0.25);
});

test("the facts of a fast picture do not say that its weights were narrowed for want of memory", async () => {
  const { result } = await paint(studio, request({ ...FAST, steps: 1 }));
  expect(result.weightBits).toBeUndefined();
});

const family = (name: string, folder: string) => path.join(__dirname, "../fixtures/parity", `${name}-models`, folder);
const TRANSFORMERS = {
  klein: family("klein", "klein"),
  flux1: family("flux1", "flux1-dev"),
  "z-image": family("z-image", "z-image"),
  "qwen-image": family("qwen-image", "qwen-image"),
  "ernie-image": family("ernie", "ernie"),
};

test.each(Object.keys(TRANSFORMERS))(
  "a step of a transformer is near the exact one, and the same each time: %s",
  async (model) => {
    const on = openTestStudio(undefined, TRANSFORMERS);
    const step = { model, width: 64, height: 64, steps: 2, guidanceScale: 1, scheduler: {} };
    const [exact, fast] = [await latent(step, { on }), await latent({ ...step, ...FAST }, { on })];
    await latent({ ...step, ...FAST, width: 96, prompt: "blue chair", seed: 9 }, { on });
    expect(await latent({ ...step, ...FAST }, { on })).toEqual(fast);
    expect(deviation(fast, exact)).toBeGreaterThan(1e-5);
    expect(deviation(fast, exact)).toBeLessThan(0.025);
    const integers = on.sessions.list().filter(({ key }) => key.includes("/int8/"));
    expect(integers).toHaveLength(1);
    await on.close();
  },
);

test("a device that is no processor is refused in words", async () => {
  const device = { info: { provider: "cuda", name: "a card", passedOver: [] }, dialect: DIALECTS.cuda } as const;
  const other = openStudio({ device, library: { resolve: () => STARTER } });
  await expect(paint(other, request(FAST))).rejects.toMatchObject({
    code: "request-invalid",
    message: expect.stringMatching(/for processors.*a card/),
  });
  await other.close();
});
