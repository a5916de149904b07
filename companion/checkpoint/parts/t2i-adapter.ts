/** T2I-Adapters, as the folder that diffusers keeps, as one file of it, or as one file of the original code. */
import { Problem } from "../../../shared/problem.ts";
import type { T2IAdapterConfig } from "../../networks/configs.ts";
import { parseT2IAdapterConfig } from "../config/controlnet-config.ts";
import { largestNumber, type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";
import type { CheckpointStore, OpenOptions } from "../files/safetensors.ts";
import { describe, identify } from "../identify/identify.ts";
import { Shapes } from "../ldm/unet-shapes.ts";
import { openWithConfig } from "./controlnet.ts";

/** A T2I-Adapter's weights under diffusers' names, without their `adapter.`. */
export interface T2IAdapter extends CheckpointStore {
  readonly kind: "t2i-adapter";
  readonly config: T2IAdapterConfig;
}

/**
 * Opens a T2I-Adapter. Throws Problem "model-unsupported" (naming what it is instead), "weights-missing", "config-invalid",
 * and as `openSafetensors`.
 */
export function openT2IAdapter(place: string, options: OpenOptions = {}): T2IAdapter {
  const { source, json, label } = openWithConfig(place, "T2IAdapter", options);
  const { origin } = source;
  if (identify(source).kind !== "t2i-adapter")
    throw new Problem("model-unsupported", `"${origin}" is ${describe(source)}, not a T2I-Adapter: choose one.`);
  const refs = diffusersRefs(source);
  const config = json === undefined ? configFromShapes(refs, origin) : parseT2IAdapterConfig(json, label);
  return Object.assign(new RenamedStore(origin, refs, [source]), { kind: "t2i-adapter" as const, config });
}

/** Whether a place holds a T2I-Adapter. Throws as `openSafetensors`. */
export function opensAsT2IAdapter(place: string, options: OpenOptions = {}): boolean {
  return identify(openWithConfig(place, "T2IAdapter", options).source).kind === "t2i-adapter";
}

/** The levels that the original code (TencentARC/T2I-Adapter, ldm/modules/encoders/adapter.py) has in every adapter. */
const LEVELS = 4;

/** There the resnets of all levels are numbered through (full), or are `body` within `body` (light). */
function diffusersRefs(source: CheckpointStore): Refs {
  const refs = new RenamedRefs();
  for (const [key, ref] of refsUnder(source)) refs.set(key.replace(/^adapter\./, ""), ref);
  const perLevel = (largestNumber(refs.keys(), /^body\.(\d+)\.block1\./) + 1) / LEVELS;
  const rename = (key: string) =>
    key
      .replace(/^body\.(\d+)\.body\.(\d+)\./, "body.$1.resnets.$2.")
      .replace(/^body\.(\d+)\.(block[12])\./, (_, n, name) => {
        return `body.${Math.floor(Number(n) / perLevel)}.resnets.${Number(n) % perLevel}.${name}.`;
      })
      .replace(/^body\.(\d+)\.in_conv\./, (whole, n) =>
        perLevel > 0 ? `body.${Math.floor(Number(n) / perLevel)}.in_conv.` : whole,
      );
  const renamed = new RenamedRefs();
  for (const [key, ref] of refs) renamed.set(rename(key), ref);
  return renamed;
}

/** As published: pixels become channels in cells of 8, for SDXL of 16; the pictures have 3 channels or 1. */
function configFromShapes(refs: Refs, origin: string): T2IAdapterConfig {
  const shapes = new Shapes(refs, origin);
  const light = refs.has("body.0.out_conv.weight");
  const levels = shapes.count("body");
  const outOf = (level: number) =>
    shapes.dims(light ? `body.${level}.out_conv.weight` : `body.${level}.resnets.0.block1.weight`)[0]!;
  const channels = Array.from({ length: light ? levels - 1 : levels }, (_, level) => outOf(level));
  const first = shapes.dims(light ? "body.0.in_conv.weight" : "conv_in.weight")[1]!;
  const cells = [8, 16].flatMap((side) => [1, 3].map((count) => ({ side, count })));
  const cell = cells.find(({ side, count }) => side * side * count === first);
  if (!cell)
    throw new Problem(
      "config-invalid",
      `"${origin}" is a T2I-Adapter that begins with ${first} channels, which no published one does: put its config.json beside it.`,
    );
  const full = cell.side === 16 ? "full_adapter_xl" : "full_adapter";
  return {
    in_channels: cell.count,
    channels,
    num_res_blocks: shapes.count("body.0.resnets"),
    downscale_factor: cell.side,
    adapter_type: light ? "light_adapter" : full,
  };
}
