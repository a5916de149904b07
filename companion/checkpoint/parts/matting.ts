/** Networks that tell a picture's subject from its ground: BiRefNet and models built like it, as one file. */
import { cosine } from "../../../shared/cosine.ts";
import { Problem } from "../../../shared/problem.ts";
import type { BirefnetConfig } from "../../networks/matting/birefnet.ts";
import type { SwinConfig } from "../../networks/matting/swin.ts";
import { type Component, largestNumber, type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import { type OpenOptions, openSafetensors } from "../files/safetensors.ts";
import { readNumbers } from "../files/tensor-data.ts";
import { describe, identify } from "../identify/identify.ts";
import { wrapperOf } from "../identify/wrappers.ts";

/** What only training needs, and what torch keeps beside the weights. */
const UNUSED = /\.(?:relative_position_index|num_batches_tracked)$|^decoder\.(?:conv_ms_spvn|gdt_convs_pred)_\d\./;
const STAGES = 4;

/** Throws Problem "model-unsupported" (naming what it is instead), "config-invalid", and as `openSafetensors`. */
export function openMatting(file: string, options: OpenOptions = {}): Component<BirefnetConfig> {
  const store = openSafetensors(file, options);
  if (identify(store).kind !== "matting")
    throw new Problem(
      "model-unsupported",
      `"${store.origin}" is ${describe(store)}, not a matting model that this version knows: choose a BiRefNet file.`,
    );
  const refs: Refs = new Map([...refsUnder(store, wrapperOf([...store.keys()]))].filter(([key]) => !UNUSED.test(key)));
  return { config: configOf(refs, store.origin), weights: new RenamedStore(store.origin, refs, [store]) };
}

function configOf(refs: Refs, origin: string): BirefnetConfig {
  const dims = (key: string): readonly number[] => refs.get(key)?.dims ?? [];
  const ATTENTION = "squeeze_module.0.dec_att";
  const block = {
    inner: dims("squeeze_module.0.conv_in.weight")[0] ?? 0,
    around: dims(`${ATTENTION}.aspp1.atrous_conv.regular_conv.weight`)[0] ?? 0,
    kernels: Array.from(
      { length: largestNumber(refs.keys(), /^squeeze_module\.0\.dec_att\.aspp_deforms\.(\d+)\./) + 1 },
      (_, i) => dims(`${ATTENTION}.aspp_deforms.${i}.atrous_conv.regular_conv.weight`)[2] ?? 0,
    ),
  };
  const [glance, guide] = [dims("decoder.ipt_blk5.conv1.weight")[0] ?? 0, dims("decoder.gdt_convs_4.0.weight")[0] ?? 0];
  const whole = [block.inner, block.around, glance, guide, ...block.kernels].every((size) => size > 0);
  if (!whole || block.kernels.some((side) => side % 2 === 0))
    throw new Problem(
      "config-invalid",
      `"${origin}" is a matting model of another shape than BiRefNet's: choose one of ZhengPeng7's, as its makers published it.`,
    );
  return { backbone: backboneOf(refs, origin), block, glance, guide, order: orderOf(refs) };
}

function backboneOf(refs: Refs, origin: string): SwinConfig {
  const wrong = new Problem(
    "config-invalid",
    `"${origin}" is a BiRefNet whose backbone is no Swin Transformer: choose BiRefNet or BiRefNet_lite.`,
  );
  const [features = 0] = refs.get("bb.patch_embed.proj.weight")?.dims ?? [];
  const tables = Array.from({ length: STAGES }, (_, i) =>
    refs.get(`bb.layers.${i}.blocks.0.attn.relative_position_bias_table`),
  );
  const window = (Math.sqrt(tables[0]?.dims[0] ?? 0) + 1) / 2;
  if (features === 0 || !Number.isInteger(window) || window < 2) throw wrong;
  const stages = tables.map((table, i) => {
    const [, heads = 0] = table?.dims ?? [];
    if (heads === 0 || (features * 2 ** i) % heads !== 0) throw wrong;
    return { heads, blocks: largestNumber(refs.keys(), new RegExp(`^bb\\.layers\\.${i}\\.blocks\\.(\\d+)\\.`)) + 1 };
  });
  return { features, stages, window };
}

/** A layer that reads all parts of a picture that is cut into 4 × 4. */
const READS_PARTS = "decoder.ipt_blk2.conv1.weight";

/**
 * BiRefNet's code began to count the parts of its picture otherwise, under the same names and shapes. What a trained layer makes of
 * red, green and blue of one place is alike, and of places far from each other is not: so its weights say which it was trained by.
 */
function orderOf(refs: Refs): BirefnetConfig["order"] {
  const ref = refs.get(READS_PARTS);
  const [out = 0, channels = 0, ...kernel] = ref?.dims ?? [];
  if (!ref || channels % 3 !== 0 || kernel.length !== 2) return "colours-first";
  const { data } = readNumbers(ref);
  const [area, places] = [kernel[0]! * kernel[1]!, channels / 3];
  const alike = (channelOf: (place: number, colour: number) => number) => {
    let sum = 0;
    for (let o = 0; o < out; o++)
      for (let place = 0; place < places; place++)
        for (const [a, b] of PAIRS) {
          const at = (colour: number) => (o * channels + channelOf(place, colour)) * area;
          sum += cosine(data.subarray(at(a), at(a) + area), data.subarray(at(b), at(b) + area));
        }
    return sum;
  };
  const coloursFirst = alike((place, colour) => colour * places + place);
  return alike((place, colour) => 3 * place + colour) > coloursFirst ? "columns-first" : "colours-first";
}

const PAIRS = [
  [0, 1],
  [1, 2],
  [0, 2],
] as const;
