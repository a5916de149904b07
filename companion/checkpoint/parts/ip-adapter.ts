import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { WeightRef } from "../../graph/weights.ts";
import type { ClipVisionConfig } from "../../networks/configs.ts";
import { type ProjectionKind, projectionKind } from "../../networks/ip-adapter.ts";
import { type Refs, RenamedStore, refsUnder, rows } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";
import { type CheckpointStore, type OpenOptions, openSafetensors } from "../files/safetensors.ts";
import { describe, identify } from "../identify/identify.ts";

/** An IP-Adapter's weights under the names of its published files: `image_proj.…`, `ip_adapter.N.to_k_ip.weight`. */
export interface IpAdapter extends CheckpointStore {
  readonly kind: ProjectionKind;
  /** Width of the UNet's text states, which its tokens must match. */
  readonly crossAttentionDim: number;
  /** Width of what it takes from the image encoder: of the embedding (plain), or of the states of the patches. */
  readonly embeddingDim: number;
  /** Channels of the cross-attentions that it adds to, in the file's order. */
  readonly widths: readonly number[];
}

/** Reads an adapter file. Throws Problem "model-unsupported" (it is something else), "weights-missing", "weights-shape", and as `openSafetensors`. */
export async function openIpAdapter(file: string, options: OpenOptions = {}): Promise<IpAdapter> {
  const store = openSafetensors(file, options);
  const name = path.basename(file);
  const refs = apart(published(refsUnder(store)));
  const layers = [...refs.keys()].flatMap((key) => {
    const layer = /^ip_adapter\.(\d+)\.to_k_ip\.weight$/.exec(key)?.[1];
    return layer === undefined ? [] : [Number(layer)];
  });
  if (layers.length === 0 || identify(store).kind !== "ip-adapter")
    throw new Problem("model-unsupported", `"${name}" is ${describe(store)}, not an IP-Adapter: choose an IP-Adapter.`);
  const dims = (key: string): readonly number[] => {
    const ref = refs.get(key);
    if (ref) return ref.dims;
    throw new Problem("weights-missing", `"${name}" lacks the tensor "${key}": the file is incomplete.`);
  };
  const kind = projectionKind((key) => refs.has(key));
  if (kind === undefined)
    throw new Problem(
      "model-unsupported",
      `"${name}" is an IP-Adapter of a kind that this version cannot run (its projection is unknown): choose a plain, Plus or Full one.`,
    );
  const crossAttentionDim = dims(`ip_adapter.${layers[0]}.to_k_ip.weight`)[1]!;
  const embeddingDim = dims(EMBEDDING_KEYS[kind])[1]!;
  const width = dims(WIDTH_KEYS[kind])[0]!;
  if (width !== crossAttentionDim || (kind === "plain" && dims(EMBEDDING_KEYS[kind])[0]! % width !== 0))
    throw new Problem(
      "weights-shape",
      `"${name}" makes tokens of width ${width} and attends to tokens of width ${crossAttentionDim}: the file is damaged; download it again.`,
    );
  const widths = layers.sort((a, b) => a - b).map((layer) => dims(`ip_adapter.${layer}.to_k_ip.weight`)[0]!);
  return Object.assign(new RenamedStore(name, refs, [store]), { kind, crossAttentionDim, embeddingDim, widths });
}

/** Width of what an adapter of this kind takes from an image encoder. */
export function embeddingWidth(kind: ProjectionKind, encoder: ClipVisionConfig): number {
  return kind === "plain" ? encoder.projection_dim : encoder.hidden_size;
}

const EMBEDDING_KEYS = {
  plain: "image_proj.proj.weight",
  plus: "image_proj.proj_in.weight",
  full: "image_proj.proj.0.weight",
} as const;

/** Of what tells the width of its tokens. */
const WIDTH_KEYS = {
  plain: "image_proj.norm.weight",
  plus: "image_proj.proj_out.weight",
  full: "image_proj.proj.3.weight",
} as const;

const MODULES = /^(?:module\.)?adapter_modules\./;
/**
 * As the trainer saves its state (tencent-ailab/IP-Adapter, tutorial_train.py, with accelerate): beside the UNet, which it leaves
 * as it is. The layers are `adapter_modules` there and the UNet's processors at once, and of tensors that share their memory
 * accelerate keeps the first ones, the UNet's.
 */
const TRAINER: readonly (readonly [RegExp, string])[] = [
  [/^(?:module\.)?image_proj_model\./, "image_proj."],
  [MODULES, "ip_adapter."],
];
const PROCESSOR = /^(?:module\.)?unet\.(.+\.attn2)\.processor\.(to_[kv]_ip\.weight)$/;

/** Under the names of published files. */
function published(refs: Refs): Refs {
  const keys = [...refs.keys()];
  const layers = keys.some((key) => MODULES.test(key)) ? undefined : layerNumbers(keys);
  const renamed = new RenamedRefs();
  for (const [key, ref] of refs) {
    const [, layer, name] = (layers && PROCESSOR.exec(key)) ?? [];
    if (layers && layer !== undefined) renamed.set(`ip_adapter.${layers.get(layer)}.${name}`, ref);
    else if (!/^(?:module\.)?unet\./.test(key))
      renamed.set(
        TRAINER.reduce((now, [pattern, usual]) => now.replace(pattern, usual), key),
        ref,
      );
  }
  return renamed;
}

/** diffusers goes through a UNet's attentions inward, outward, and to the middle last; every second one reads the text. */
const PLACES = ["down_blocks", "up_blocks", "mid_block"];

function layerNumbers(keys: readonly string[]): ReadonlyMap<string, number> {
  const layers = [...new Set(keys.flatMap((key) => PROCESSOR.exec(key)?.[1] ?? []))];
  const place = (layer: string) => PLACES.indexOf(layer.split(".")[0]!);
  layers.sort((a, b) => place(a) - place(b) || a.localeCompare(b, "en", { numeric: true }));
  return new Map(layers.map((layer, i) => [layer, 2 * i + 1]));
}

/** The resampler keeps keys and values as one matrix, which our networks ask for apart. */
function apart(refs: Refs): Refs {
  return new Map(
    [...refs].flatMap(([key, ref]): [string, WeightRef][] =>
      key.endsWith(".to_kv.weight")
        ? ["to_k", "to_v"].map((name, i) => [key.replace("to_kv", name), rows(ref, i, 2)])
        : [[key, ref]],
    ),
  );
}
