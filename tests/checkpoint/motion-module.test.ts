import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { openMotionModule } from "../../companion/checkpoint/parts/motion-module.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { openWholeMotionModule } from "../../companion/opening/open-whole.ts";
import { Problem } from "../../shared/problem.ts";
import { type SampleTensor, temporaryFolder, writeSample } from "./sample.ts";

const models = path.join(__dirname, "../fixtures/parity/motion-models");
const published = path.join(models, "v1.safetensors");
const top = temporaryFolder();

const codeOf = (open: () => unknown): string => {
  try {
    open();
  } catch (error) {
    return Problem.from(error).code;
  }
  return "not refused";
};

const tensorsOf = (place: string): Record<string, SampleTensor> => {
  const store = openMotionModule(place);
  return Object.fromEntries([...store.keys()].map((key) => [key, { shape: store.find(key)!.dims }]));
};

test("a published file and diffusers' folder are the same network, told by their tensors and the configuration", () => {
  expect(openWholeMotionModule(path.join(models, "v2")).config).toEqual({
    ...{ block_out_channels: [16, 32], motion_layers_per_block: [1, 1], motion_num_attention_heads: [4, 4] },
    ...{ motion_max_seq_length: 32, use_motion_mid_block: true },
  });
  expect(openWholeMotionModule(published).config).toEqual({
    ...{ block_out_channels: [16, 32], motion_layers_per_block: [1, 1], motion_num_attention_heads: [8, 8] },
    ...{ motion_max_seq_length: 24, use_motion_mid_block: false },
  });
  const outside = (place: string) =>
    Object.fromEntries(Object.entries(tensorsOf(place)).filter(([key]) => !/^mid_block|pos_embed/.test(key)));
  expect(outside(published)).toEqual(outside(path.join(models, "v2")));
});

test("a file of diffusers alone is read by its tensors", () => {
  const alone = path.join(top, "alone.safetensors");
  copyFileSync(path.join(models, "v2/diffusion_pytorch_model.safetensors"), alone);
  expect(openWholeMotionModule(alone).config).toMatchObject({
    motion_num_attention_heads: [8, 8],
    motion_max_seq_length: 32,
    use_motion_mid_block: true,
  });
});

test("half of one, and one with a layer too many, are named", () => {
  const tensors = tensorsOf(path.join(models, "v2"));
  const write = (name: string, content: Record<string, SampleTensor>) => {
    const file = path.join(top, name);
    writeSample(file, content);
    return file;
  };
  const half = Object.fromEntries(Object.entries(tensors).filter(([key]) => !key.startsWith("up_blocks.1.")));
  expect(codeOf(() => openWholeMotionModule(write("half.safetensors", half)))).toBe("weights-missing");
  const more = { ...tensors, "down_blocks.0.motion_modules.0.extra.weight": { shape: [4] } };
  expect(codeOf(() => openWholeMotionModule(write("more.safetensors", more)))).toBe("weights-leftover");
  const model = write("model.safetensors", { "conv_in.weight": { shape: [8, 4, 3, 3] } });
  expect(codeOf(() => openWholeMotionModule(model))).toBe("model-unsupported");
});

test("the library lists one as what it is, for Stable Diffusion 1, and says of what fits no model why", async () => {
  const folder = path.join(top, "models");
  mkdirSync(folder);
  copyFileSync(published, path.join(folder, "small.safetensors"));
  writeSample(path.join(folder, "usual.safetensors"), widened(tensorsOf(published)));
  const library = openLibrary({ folders: [folder], starter: path.join(__dirname, "../../starter/weights") });
  const { addOns, problems } = await library.list();
  expect(addOns).toEqual([
    expect.objectContaining({
      ...{ id: "usual", kind: "motion", motion: { frames: 32 } },
      families: [{ id: "sd1", name: "Stable Diffusion 1.x" }],
    }),
  ]);
  expect(problems.map(({ name, problem }) => [name, problem.code])).toEqual([["small", "adapter-mismatch"]]);
});

/** A module of two levels of 16 and 32 channels as one of the published sizes. */
function widened(tensors: Record<string, SampleTensor>): Record<string, SampleTensor> {
  const layer = (width: number) =>
    Object.entries(tensors)
      .filter(([key]) => key.startsWith("down_blocks.0.motion_modules.0."))
      .map(([key, { shape }]) => {
        const rest = key.slice("down_blocks.0.motion_modules.0.".length);
        return [rest, { shape: shape.map((side) => (side % 16 === 0 ? (side / 16) * width : side)) }] as const;
      });
  const widths = [320, 640, 1280, 1280];
  return Object.fromEntries(
    widths.flatMap((width, level) =>
      [
        ...[0, 1].map((i) => `down_blocks.${level}.motion_modules.${i}`),
        ...[0, 1, 2].map((i) => `up_blocks.${3 - level}.motion_modules.${i}`),
      ].flatMap((place) => layer(width).map(([rest, tensor]) => [`${place}.${rest}`, tensor] as const)),
    ),
  );
}
