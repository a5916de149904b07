/** Qwen-Image's autoencoder as its authors (who began with Wan's), ComfyUI or diffusers name its tensors. */
import type { WeightRef } from "../../graph/weights.ts";
import { largestNumber, type Refs, reshaped, rows } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";

/** The original names of parts, and diffusers'. Source: diffusers, single_file_utils.py, convert_wan_vae_to_diffusers. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^conv1\./, "quant_conv."],
  [/^conv2\./, "post_quant_conv."],
  [/^(encoder|decoder)\.conv1\./, "$1.conv_in."],
  [/^(encoder|decoder)\.head\.0\./, "$1.norm_out."],
  [/^(encoder|decoder)\.head\.2\./, "$1.conv_out."],
  [/^(encoder|decoder)\.middle\.0\./, "$1.mid_block.resnets.0."],
  [/^(encoder|decoder)\.middle\.1\./, "$1.mid_block.attentions.0."],
  [/^(encoder|decoder)\.middle\.2\./, "$1.mid_block.resnets.1."],
  [/^encoder\.downsamples\./, "encoder.down_blocks."],
  [/\.residual\.0\./, ".norm1."],
  [/\.residual\.2\./, ".conv1."],
  [/\.residual\.3\./, ".norm2."],
  [/\.residual\.6\./, ".conv2."],
  [/\.shortcut\./, ".conv_shortcut."],
  // What is in no dotted path of diffusers' stays out of the network's names.
  [/\.resample\.1\./, ".resample.conv."],
];

const UPSAMPLES = /^decoder\.upsamples\.(\d+)\./;
/** What only frames behind the first one need. */
const IN_TIME = /\.time_conv\.(?:weight|bias)$/;
const KNOWN =
  /^(?:(?:post_)?quant_conv|(?:encoder|decoder)\.(?:conv_in|conv_out|norm_out|mid_block\.(?:resnets|attentions)\.\d+\..+|down_blocks\.\d+\..+|up_blocks\.\d+\.(?:resnets|upsamplers)\.\d+\..+))(?:\.(?:weight|bias|gamma))$/;
const QUERIES = /\.to_qkv\.(weight|bias)$/;
const PROJECTION = /\.attentions\.\d+\.proj\.weight$/;

/** Keys that no rule knows are handed back in `unknown`. `refs` without a prefix. */
export function renameCausalVae(refs: Refs): { refs: Refs; unknown: string[] } {
  const renamed = new RenamedRefs();
  const unknown: string[] = [];
  const perLevel = blocksOfLevel(refs);
  for (const [key, ref] of refs) {
    const name = nameOf(key, perLevel);
    if (IN_TIME.test(name)) continue;
    if (!KNOWN.test(name)) unknown.push(key);
    else for (const [own, part] of partsOf(name, ref)) renamed.set(own, part);
  }
  return { refs: renamed, unknown };
}

/** The original decoder counts its blocks through: of each level the residual ones, and what doubles behind them. */
function blocksOfLevel(refs: Refs): number {
  const doubling = [...refs.keys()].flatMap((key) => /^decoder\.upsamples\.(\d+)\.resample\./.exec(key)?.[1] ?? []);
  return 1 + Math.min(...doubling.map(Number), 1 + largestNumber(refs.keys(), UPSAMPLES));
}

function nameOf(key: string, perLevel: number): string {
  const counted = key.replace(UPSAMPLES, (_, count: string) => {
    const [level, block] = [Math.floor(Number(count) / perLevel), Number(count) % perLevel];
    return block === perLevel - 1
      ? `decoder.up_blocks.${level}.upsamplers.0.`
      : `decoder.up_blocks.${level}.resnets.${block}.`;
  });
  return PARTS.reduce((name, [pattern, own]) => name.replace(pattern, own), counted);
}

/** Queries, keys and values lie in one kernel of one pixel; the network asks for a matrix of each. */
function partsOf(name: string, ref: WeightRef): (readonly [string, WeightRef])[] {
  const [, end] = QUERIES.exec(name) ?? [];
  if (end === undefined) return [[name, PROJECTION.test(name) ? asMatrix(ref) : ref]];
  if (ref.dims[0]! % 3 !== 0) return [[name, ref]];
  return ["to_q", "to_k", "to_v"].map((part, i) => [name.replace(/to_qkv/, part), asMatrix(rows(ref, i, 3))] as const);
}

const asMatrix = (ref: WeightRef): WeightRef =>
  ref.dims.length === 4 && ref.dims[2] === 1 && ref.dims[3] === 1 ? reshaped(ref, ref.dims.slice(0, 2)) : ref;
