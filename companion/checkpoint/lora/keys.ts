/** How add-ons name what they change: one table for every program that writes them. */

/** The network of a model that a tensor changes: "unet", or the number of the text encoder. */
export type Target = "unet" | 0 | 1;

/** What a tensor is in the add-on's formula; the words are LyCORIS' and kohya's. */
export type Part =
  | "down"
  | "up"
  | "mid"
  | "alpha"
  | "magnitude"
  | "dora_scale"
  | "diff"
  | "diff_b"
  | "w_norm"
  | "rescale"
  | `oft_${"blocks" | "diag" | "R"}`
  | `boft_${"R" | "s"}`
  | "a1"
  | "a2"
  | "b1"
  | "b2"
  | "bm"
  | `glora_${"A" | "B" | "C" | "D" | "E"}_${"Xd" | "Xu" | "X" | "zeros"}`
  | "b_norm"
  | `hada_${"w1_a" | "w1_b" | "w2_a" | "w2_b" | "t1" | "t2"}`
  | `lokr_${"w1" | "w1_a" | "w1_b" | "w2" | "w2_a" | "w2_b" | "t2"}`;

export interface LoraKey {
  readonly target: Target;
  /** The layer with every dot as an underscore, in diffusers' or in the original spelling. */
  readonly layer: string;
  readonly part: Part;
}

/**
 * kohya (sd-scripts), diffusers, ComfyUI, XLabs, OMI (Open Model Initiative; OneTrainer), LyCORIS by itself. Nothing at all is the UNet, as `save_attn_procs` wrote it and peft
 * does, but for the names that only text encoders have.
 */
const TARGETS: readonly (readonly [RegExp, Target])[] = [
  [/^(?:lora_te2_|text_encoder_2\.|text_encoders\.clip_g\.transformer\.|clip_g\.)/, 1],
  [
    /^(?:lora_te1?_|text_encoder\.|text_encoders\.clip_[lh]\.transformer\.|clip_[lh]\.|(?=(?:base_model\.model\.)?text_model\.))/,
    0,
  ],
  [/^(?:lora_unet_|lycoris_|unet\.|transformer\.|(?:model\.)?diffusion_model\.|)/, "unet"],
];

/** What peft wraps a network in. */
const WRAPPED = /^base_model\.model\./;

/** The end of a key → its part. peft puts the adapter's own name ("default", "default_0") in between where it is saved raw. */
const PARTS: readonly (readonly [RegExp, Part])[] = [
  // XLabs', whose number is the layer's.
  [/(?<=_lora[12])\.down\.weight$/, "down"],
  [/(?<=_lora[12])\.up\.weight$/, "up"],
  [/(?:\.lora_down|\.lora_A(?:\.[\w-]+)?|[._]lora\.down|\.lora_linear_layer\.down)\.weight$/, "down"],
  [/(?:\.lora_up|\.lora_B(?:\.[\w-]+)?|[._]lora\.up|\.lora_linear_layer\.up)\.weight$/, "up"],
  [/\.lora_mid\.weight$/, "mid"],
  [/(?:[._]lora)?\.alpha$/, "alpha"],
  [/\.dora_scale$/, "dora_scale"],
  [/[._]lora\.magnitude_vector$|\.lora_magnitude_vector(?:\.[\w-]+?)?(?:\.weight)?$/, "magnitude"],
  [/\.diff$/, "diff"],
  [/\.diff_b$/, "diff_b"],
  [/\.w_norm$/, "w_norm"],
  [/\.b_norm$/, "b_norm"],
];

/** Ends that name their part themselves; peft's with the adapter's name in between, where it is saved raw. */
const NAMED: readonly RegExp[] = [
  /\.(hada_(?:w[12]_[ab]|t[12])|lokr_(?:w[12](?:_[ab])?|t2))(?:\.[\w-]+)?$/,
  /\.(oft_(?:blocks|diag)|rescale)$/,
  /\.([ab][12]|bm)\.weight$/,
  /\.(oft_R)(?:\.[\w-]+)?\.weight$/,
  /\.(boft_[Rs])(?:\.[\w-]+)?$/,
  /\.(glora_[A-E])(?:\.[\w-]+)?\.(Xd|Xu|X|zeros)$/,
];

/** diffusers' first attention processors named the projections themselves. */
const LAYERS: readonly (readonly [RegExp, string, Target | "text"])[] = [
  [/_processor(?=_|$)/, "", "unet"],
  [/_to_out$/, "_to_out_0", "unet"],
  [/_to_([qkv])$/, "_$1_proj", "text"],
  [/_to_out$/, "_out_proj", "text"],
  [/^text_model_/, "", "text"],
];

/** undefined where no known program names a tensor so. */
export function parseLoraKey(key: string): LoraKey | undefined {
  const end = endOf(key);
  if (!end) return undefined;
  const [prefix, target] = TARGETS.find(([pattern]) => pattern.test(key))!;
  const bare = key.replace(end[0], "").replace(prefix, "").replace(WRAPPED, "");
  return { target, layer: layerName(bare, target), part: end[1] };
}

/** The pattern of a key's end, and its part. */
function endOf(key: string): readonly [RegExp, Part] | undefined {
  const named = NAMED.find((pattern) => pattern.test(key));
  return named ? [named, named.exec(key)!.slice(1).join("_") as Part] : PARTS.find(([pattern]) => pattern.test(key));
}

/** A layer's path as `LoraKey.layer` spells it. */
export function layerName(path: string, target: Target): string {
  const kind = target === "unet" ? "unet" : "text";
  return LAYERS.reduce(
    (name, [pattern, replacement, of]) => (of === kind ? name.replace(pattern, replacement) : name),
    path.replaceAll(".", "_"),
  );
}
