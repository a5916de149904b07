/** `underpaint generate` with a model that asks first: FLUX.2 klein of 32 heads, as the 9B has, tiny and of zeros. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { runGenerate } from "../../companion/cli/generate.ts";
import { elementCount } from "../../companion/tensor.ts";
import { KLEIN, type Samples } from "../checkpoint/klein-sample.ts";
import { writeData } from "../checkpoint/sample.ts";

const top = mkdtempSync(path.join(tmpdir(), "underpaint-licence-"));
const [home, models] = [path.join(top, "home"), path.join(top, "models")];
const { UNDERPAINT_HOME, UNDERPAINT_PROVIDER } = process.env;

/** Eight times as wide as the tiny one. */
function writeWide(folder: string): void {
  cpSync(KLEIN, folder, { recursive: true });
  const config = path.join(folder, "transformer/config.json");
  const wide = { num_attention_heads: 32, attention_head_dim: 8, timestep_guidance_channels: 256 };
  const json = { ...JSON.parse(readFileSync(config, "utf8")), ...wide, axes_dims_rope: [2, 2, 2, 2] };
  writeFileSync(config, JSON.stringify(json));
  const file = path.join(folder, "transformer/diffusion_pytorch_model.safetensors");
  const own = openSafetensors(file);
  const samples: Samples = {};
  for (const key of own.keys()) {
    const { dims } = own.find(key)!;
    const shape = dims.length === 1 ? [8] : dims.map((dim) => (dim % 32 === 0 ? 8 * dim : dim));
    samples[key] = { shape, data: new Uint8Array(4 * elementCount(shape)) };
  }
  writeData(file, samples, "F32");
}

beforeAll(() => {
  process.env.UNDERPAINT_HOME = home;
  process.env.UNDERPAINT_PROVIDER = "cpu";
  for (const stream of ["log", "error"] as const) jest.spyOn(console, stream).mockImplementation(() => {});
  writeWide(path.join(models, "nine"));
  cpSync(KLEIN, path.join(models, "four"), { recursive: true });
});
afterAll(() => {
  rmSync(top, { recursive: true });
  Object.assign(process.env, {
    UNDERPAINT_HOME: UNDERPAINT_HOME ?? "",
    UNDERPAINT_PROVIDER: UNDERPAINT_PROVIDER ?? "",
  });
  if (UNDERPAINT_HOME === undefined) delete process.env.UNDERPAINT_HOME;
  if (UNDERPAINT_PROVIDER === undefined) delete process.env.UNDERPAINT_PROVIDER;
});

async function draw(model: string, ...more: string[]): Promise<number> {
  const request = path.join(top, "request.json");
  const fields = { prompt: "a fox", seed: 1, steps: 1, guidanceScale: 1, width: 32, height: 32 };
  writeFileSync(request, JSON.stringify({ ...fields, model }));
  rmSync(path.join(top, "out"), { recursive: true, force: true });
  return runGenerate([request, "--out", path.join(top, "out"), "--models", models, ...more]);
}

test("no picture is made before the licence is known, which is said once and remembered by model", async () => {
  const refused = {
    code: "licence-unknown",
    message:
      'No picture is made with "nine" before you know its licence (FLUX Non-Commercial License): read it on the model\'s page and add --accept-licence once.',
  };
  await expect(draw("nine")).rejects.toMatchObject(refused);
  expect(existsSync(path.join(top, "out/image.png"))).toBe(false);
  expect(await draw("nine", "--accept-licence")).toBe(0);
  expect(await draw("nine")).toBe(0);
  const kept = path.join(home, "licences.json");
  expect(JSON.parse(readFileSync(kept, "utf8"))).toEqual(["nine"]);
  writeFileSync(kept, '{"nine": true}');
  await expect(draw("nine")).rejects.toMatchObject({ code: "data-damaged" });
  rmSync(kept);
  await expect(draw("nine")).rejects.toMatchObject(refused);
});

test("a model that may be used for anything asks nothing, and a flag for it keeps nothing", async () => {
  expect(await draw("four")).toBe(0);
  expect(await draw("four", "--accept-licence")).toBe(0);
  expect(existsSync(path.join(home, "licences.json"))).toBe(false);
});

test("a model outside of the library asks alike, and is remembered by its path", async () => {
  const place = path.join(top, "alone");
  writeWide(place);
  await expect(draw("alone")).rejects.toMatchObject({ code: "licence-unknown" });
  expect(await draw("alone", "--accept-licence")).toBe(0);
  expect(JSON.parse(readFileSync(path.join(home, "licences.json"), "utf8"))).toEqual([place]);
});
