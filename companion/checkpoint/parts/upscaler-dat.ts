/** DAT: what its keys and shapes say of it. Source: spandrel 0.4.2, architectures/DAT/__init__.py. */
import { Problem } from "../../../shared/problem.ts";
import { dat } from "../../networks/upscalers/dat.ts";
import type { DatConfig } from "../../networks/upscalers/dat-config.ts";
import type { Upscaler } from "../../networks/upscalers/upscaler.ts";
import { largestNumber, type Refs } from "../files/component.ts";
import { readNumbers } from "../files/tensor-data.ts";

/** What torch keeps beside the weights: it follows from the shapes. */
const KEPT = /\.(?:attn_mask_[01]|relative_position_index|num_batches_tracked)$/;
const BIASES = /\.rpe_biases$/;
const FIRST = "layers.0.blocks.0.attn";

/** Undefined where the keys are no DAT's. */
export function renameDat(refs: Refs): Refs | undefined {
  if (!refs.has(`${FIRST}.attns.0.rpe_biases`) || !refs.has(`${FIRST}.channel_interaction.1.weight`)) return undefined;
  return new Map([...refs].filter(([key]) => !KEPT.test(key)));
}

/** Takes out of `refs` what is read here. Throws Problem "config-invalid", "file-changed". */
export function datConfig(refs: Refs, origin: string): Upscaler {
  const dims = (key: string): readonly number[] => refs.get(key)?.dims ?? [];
  const wrong = (what: string) =>
    new Problem("config-invalid", `"${origin}" is a DAT whose ${what}: the file is damaged or incomplete.`);
  const [features = 0, given = 0] = dims("conv_first.weight");
  if (given !== 3 || features % 4 !== 0 || features === 0) throw wrong("first layer does not read red, green and blue");
  // The last of all distances within a window: its size less one.
  const [rows = 0, columns = 0] = readNumbers(refs.get(`${FIRST}.attns.0.rpe_biases`)!).data.slice(-2);
  const window = [rows + 1, columns + 1] as const;
  if (!window.every((side) => Number.isInteger(side) && side >= 2 && side <= 64)) throw wrong("windows can't be told");
  for (const key of refs.keys()) if (BIASES.test(key)) refs.delete(key);
  const count = largestNumber(refs.keys(), /^layers\.(\d+)\./) + 1;
  const groups = Array.from({ length: count }, (_, group) => {
    const path = `layers.${group}.blocks`;
    const blocks = largestNumber(refs.keys(), new RegExp(`^layers\\.${group}\\.blocks\\.(\\d+)\\.`)) + 1;
    // With one block alone there is no channel attention that would tell.
    const heads =
      dims(`${path}.1.attn.temperature`)[0] ?? 2 * (dims(`${path}.0.attn.attns.0.pos.pos3.2.weight`)[0] ?? 0);
    if (heads < 2 || features % (2 * heads) !== 0) throw wrong(`group ${group} has no heads`);
    return { heads, blocks };
  });
  return dat({
    ...{ features, groups, window },
    hidden: dims(`layers.0.blocks.0.ffn.fc1.weight`)[0] ?? 0,
    qkvBias: refs.has(`${FIRST}.qkv.bias`),
    connection: refs.has("conv_after_body.weight") ? "1conv" : "3conv",
    upsampling: refs.has("conv_last.weight") ? steps(dims) : direct(dims),
  });
}

function direct(dims: (key: string) => readonly number[]): DatConfig["upsampling"] {
  return { kind: "direct", factor: Math.floor(Math.sqrt((dims("upsample.0.weight")[0] ?? 0) / 3)) };
}

function steps(dims: (key: string) => readonly number[]): DatConfig["upsampling"] {
  const factors: number[] = [];
  for (let i = 0; dims(`upsample.${2 * i}.weight`).length === 4; i++) {
    const [out, features] = dims(`upsample.${2 * i}.weight`) as [number, number];
    factors.push(Math.floor(Math.sqrt(out / features)));
  }
  return { kind: "steps", features: dims("conv_before_upsample.0.weight")[0] ?? 64, factors };
}
