import { copyFileSync, cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { identify } from "../../companion/checkpoint/identify/identify.ts";
import { openControlNet } from "../../companion/checkpoint/parts/controlnet.ts";
import { openT2IAdapter } from "../../companion/checkpoint/parts/t2i-adapter.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { Problem } from "../../shared/problem.ts";
import { openUNet } from "./open-unet.ts";
import { type SampleTensor, temporaryFolder, writeSample } from "./sample.ts";

const fixtures = path.join(__dirname, "../fixtures/parity/control-models");
const weights = (name: string) => path.join(fixtures, name, "diffusion_pytorch_model.safetensors");
const top = temporaryFolder();

const refusalOf = (open: () => unknown): Problem => {
  try {
    open();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("It was not refused");
};

const shapesOf = (store: { keys(): Iterable<string>; find(key: string): { dims: readonly number[] } | undefined }) =>
  Object.fromEntries([...store.keys()].sort().map((key) => [key, store.find(key)!.dims.join()]));

test("openControlNet() reads the same tensors and config from folder, single file and the original code's file", async () => {
  const base = (await openUNet(path.join(fixtures, "light"))).denoiser.config;
  const alone = path.join(top, "alone.safetensors");
  copyFileSync(weights("net"), alone);
  const folder = openControlNet(path.join(fixtures, "net"));
  for (const file of [alone, path.join(fixtures, "net-ldm.safetensors")]) {
    const single = openControlNet(file, { base });
    expect(shapesOf(single)).toEqual(shapesOf(folder));
    const { sample_size: _, ...inward } = folder.config.unet;
    expect(single.config).toMatchObject({ ...folder.config, unet: inward });
  }
});

test("openControlNet() reads one without any attention from a single file, with or without its base", async () => {
  const base = (await openUNet(path.join(fixtures, "xl"))).denoiser.config;
  const alone = path.join(top, "small.safetensors");
  copyFileSync(weights("net-xl-small"), alone);
  const folder = openControlNet(path.join(fixtures, "net-xl-small"));
  const { config } = openControlNet(alone, { base });
  expect({ ...config, unet: {} }).toEqual({ ...folder.config, unet: {} });
  const { block_out_channels, layers_per_block, down_block_types, mid_block_type, norm_num_groups } =
    folder.config.unet;
  const { addition_time_embed_dim, projection_class_embeddings_input_dim } = folder.config.unet;
  expect(config.unet).toMatchObject({
    ...{ block_out_channels, layers_per_block, down_block_types, mid_block_type, norm_num_groups },
    ...{ addition_time_embed_dim, projection_class_embeddings_input_dim },
  });
  expect(shapesOf(openControlNet(alone))).toEqual(shapesOf(folder));
});

test("openControlNet() takes the config that lies beside a file of diffusers", () => {
  expect(openControlNet(weights("net-bgr")).config.channel_order).toBe("bgr");
});

test("openControlNet() refuses what is none, and names what is left over", () => {
  expect(refusalOf(() => openControlNet(path.join(fixtures, "plus.safetensors"))).message).toContain("an IP-Adapter");
  expect(refusalOf(() => openControlNet(path.join(fixtures, "t2i-full"))).message).toContain("a T2I-Adapter");
  const file = path.join(top, "odd.safetensors");
  writeSample(file, {
    "control_model.input_hint_block.0.weight": { shape: [2, 3, 3, 3] },
    "control_model.odd": { shape: [1] },
  });
  expect(refusalOf(() => openControlNet(file))).toMatchObject({
    code: "weights-leftover",
    message: expect.stringContaining('"odd"'),
  });
});

test("openControlNet() finds the ControlNet in a whole model", () => {
  const store = openSafetensors(path.join(fixtures, "net-ldm.safetensors"));
  const file = path.join(top, "whole.safetensors");
  const tensors = [...store.keys()].map((key): [string, SampleTensor] => [key, { shape: [...store.find(key)!.dims] }]);
  writeSample(file, { ...Object.fromEntries(tensors), "model.diffusion_model.out.2.bias": { shape: [4] } });
  const base = openControlNet(path.join(fixtures, "net")).config.unet;
  expect([...openControlNet(file, { base }).keys()].length).toBe(tensors.length);
});

test("openT2IAdapter() reads the original code's names", () => {
  const named = (rename: (key: string) => string, name: string) => {
    const store = openSafetensors(weights(name));
    const tensors: Record<string, SampleTensor> = {};
    for (const key of store.keys())
      tensors[rename(key.replace(/^adapter\./, ""))] = { shape: [...store.find(key)!.dims] };
    return tensors;
  };
  // Four levels of one resnet each, numbered through; the published cells of 8 pixels.
  const full = path.join(top, "full.safetensors");
  const conv = (place: string, [out, inner, kernel]: readonly [number, number, number]) => ({
    [`${place}.weight`]: { shape: [out, inner, kernel, kernel] },
    [`${place}.bias`]: { shape: [out] },
  });
  const channels = [4, 8, 16, 16];
  writeSample(full, {
    ...conv("conv_in", [4, 192, 3]),
    ...Object.assign(
      {},
      ...channels.flatMap((out, level) => [
        ...(level > 0 && channels[level - 1] !== out
          ? [conv(`body.${2 * level}.in_conv`, [out, channels[level - 1]!, 1])]
          : []),
        ...[0, 1].flatMap((i) => [
          conv(`body.${2 * level + i}.block1`, [out, out, 3]),
          conv(`body.${2 * level + i}.block2`, [out, out, 1]),
        ]),
      ]),
    ),
  });
  const opened = openT2IAdapter(full);
  expect(opened.config).toEqual({
    in_channels: 3,
    channels,
    num_res_blocks: 2,
    downscale_factor: 8,
    adapter_type: "full_adapter",
  });
  expect(opened.find("body.2.in_conv.weight")!.key).toBe("body.4.in_conv.weight");
  expect(opened.find("body.3.resnets.1.block2.bias")!.key).toBe("body.7.block2.bias");

  const light = path.join(top, "light.safetensors");
  writeSample(
    light,
    named((key) => key.replace(".resnets.", ".body."), "t2i-light"),
  );
  expect(identify(openSafetensors(light)).kind).toBe("t2i-adapter");
  // The fixture's cells of 4 pixels are not published ones.
  expect(refusalOf(() => openT2IAdapter(light)).code).toBe("config-invalid");
});

test("the library takes ControlNets and T2I-Adapters for what they are, and finds them by their ids", async () => {
  const models = path.join(top, "models");
  mkdirSync(path.join(models, "ControlNet"), { recursive: true });
  const file = path.join(models, "ControlNet", "lines.safetensors");
  copyFileSync(path.join(fixtures, "net-ldm.safetensors"), file);
  copyFileSync(weights("net"), path.join(models, "edges.safetensors"));
  copyFileSync(weights("net-xl-small"), path.join(models, "small.safetensors"));
  for (const name of ["light", "xl"]) cpSync(path.join(fixtures, name), path.join(models, name), { recursive: true });
  const library = openLibrary({ folders: [models], starter: path.join(__dirname, "../../starter/weights") });
  const { models: listed, problems } = await library.list();
  expect([listed.map(({ id }) => id), problems]).toEqual([["starter", "light", "xl"], []]);
  expect(library.resolve("ControlNet/lines", { allowPaths: false })).toBe(file);
});
