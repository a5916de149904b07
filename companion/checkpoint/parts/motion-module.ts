/** AnimateDiff's motion modules, as the folder that diffusers keeps, as one file of it, or as they were published. */
import { Problem } from "../../../shared/problem.ts";
import type { MotionConfig } from "../../networks/configs.ts";
import { parseMotionConfig } from "../config/motion-config.ts";
import { type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";
import type { CheckpointStore, OpenOptions } from "../files/safetensors.ts";
import { describe, identify } from "../identify/identify.ts";
import { Shapes } from "../ldm/unet-shapes.ts";
import { openWithConfig } from "./controlnet.ts";

/** A motion module's weights under diffusers' names. */
export interface MotionModule extends CheckpointStore {
  readonly config: MotionConfig;
}

/**
 * Opens a motion module. Throws Problem "model-unsupported" (naming what it is instead), "weights-missing", "config-invalid",
 * and as `openSafetensors`.
 */
export function openMotionModule(place: string, options: OpenOptions = {}): MotionModule {
  const { source, json, label } = openWithConfig(place, "MotionAdapter", options);
  const { origin } = source;
  if (identify(source).kind !== "motion")
    throw new Problem("model-unsupported", `"${origin}" is ${describe(source)}, not a motion module: choose one.`);
  const all = diffusersRefs(source);
  const sizes = sizesOf(all, origin);
  // What no tensor says is as in every published one.
  const config = json === undefined ? { ...sizes, motion_num_attention_heads: 8 } : { ...sizes, ...(json as object) };
  return Object.assign(new RenamedStore(origin, withoutComputed(all), [source]), {
    config: parseMotionConfig(config, label),
  });
}

/** As diffusers renames them: loaders/single_file_utils.py, convert_animatediff_checkpoint_to_diffusers. */
function diffusersRefs(source: CheckpointStore): Refs {
  const renamed = new RenamedRefs();
  for (const [key, ref] of refsUnder(source))
    renamed.set(
      key
        .replace(/^module\./, "")
        .replace(".temporal_transformer.", ".")
        .replace(/\.attention_blocks\.([01])\./, (_, n) => `.attn${Number(n) + 1}.`)
        .replace(/\.norms\.([01])\./, (_, n) => `.norm${Number(n) + 1}.`)
        .replace(".ff_norm.", ".norm3."),
      ref,
    );
  return renamed;
}

/** The published files' tables of places: diffusers computes them. */
const COMPUTED = /\.pos_encoder\.pe$/;

const withoutComputed = (refs: Refs): Refs => new Map([...refs].filter(([key]) => !COMPUTED.test(key)));

/** Places that a module has whose file says nothing of them. */
const PLACES = 32;

function sizesOf(refs: Refs, origin: string) {
  const shapes = new Shapes(refs, origin);
  const levels = Array.from({ length: shapes.count("down_blocks") }, (_, level) => `down_blocks.${level}`);
  const table = [...refs].find(([key]) => COMPUTED.test(key) || key.endsWith(".pos_embed.pe"));
  return {
    block_out_channels: levels.map((level) => shapes.dims(`${level}.motion_modules.0.norm.weight`)[0]!),
    motion_layers_per_block: levels.map((level) => shapes.count(`${level}.motion_modules`)),
    motion_max_seq_length: table?.[1].dims[1] ?? PLACES,
    use_motion_mid_block: shapes.count("mid_block.motion_modules") > 0,
  };
}
