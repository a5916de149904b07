/** Tiny autoencoders as files hold them: TAESD and its kin (github.com/madebyollin/taesd). */
import type { WeightStore } from "../../graph/weights.ts";

interface Spelling {
  /** The first convolutions of encoder and decoder. */
  readonly first: readonly [string, string];
  /** Captures the half, the layer's number and what it has. */
  readonly layer: RegExp;
  /** By how much the decoder's numbers are larger than diffusers'. */
  readonly ahead: number;
}

const SPELLINGS: readonly Spelling[] = [
  {
    first: ["encoder.layers.0.weight", "decoder.layers.0.weight"],
    layer: /^(encoder|decoder)\.layers\.(\d+)\.(.+)$/,
    ahead: 0,
  },
  // taesd.py counts what bounds the latent as the decoder's first layer.
  { first: ["encoder.0.weight", "decoder.1.weight"], layer: /^(encoder|decoder)\.(\d+)\.(.+)$/, ahead: 1 },
];

const spellingOf = (store: Pick<WeightStore, "find">): Spelling | undefined =>
  SPELLINGS.find(({ first }) =>
    first.every((key) => {
      const dims = store.find(key)?.dims;
      return dims?.length === 4 && dims[2] === 3 && dims[3] === 3;
    }),
  );

/** Whether a file holds both halves of one. */
export const isTinyVae = (store: Pick<WeightStore, "find">): boolean => spellingOf(store) !== undefined;

const LAYERS =
  /^\d+\.conv\.\d+\.weight$|^(?:taesd_)?(?:en|de)coder\.(?:layers\.\d+\.(?:conv\.|weight$)|\d+\.conv\.\d+\.weight$)/;

/** Whether a file holds layers of one. */
export const hasTinyVaeLayers = (keys: readonly string[]): boolean => keys.some((key) => LAYERS.test(key));

/** A key of such a file as diffusers calls it; undefined where it is of no layer. */
export function tinyVaeKey(key: string, store: Pick<WeightStore, "find">): string | undefined {
  const { layer, ahead } = spellingOf(store) ?? SPELLINGS[0]!;
  const [, half, number, rest] = layer.exec(key) ?? [];
  if (half === undefined) return undefined;
  return `${half}.layers.${Number(number) - (half === "decoder" ? ahead : 0)}.${rest}`;
}

/** The published ones, by how latents are that they are made for. */
export const TINY_VAES = {
  taesd: "TAESD, Stable Diffusion's tiny autoencoder",
  taef1: "TAEF1, the tiny autoencoder of FLUX.1 and Z-Image",
  taef2: "TAEF2, the tiny autoencoder of FLUX.2 and ERNIE-Image",
} as const;

export type TinyVaeId = keyof typeof TINY_VAES;

/** Which one it is. TAESD3 has TAEF1's dimensions, and no model of ours its latents. */
export function tinyVaeId({
  latent_channels,
  use_midblock_gn,
}: {
  readonly latent_channels: number;
  readonly use_midblock_gn: boolean;
}): TinyVaeId {
  if (use_midblock_gn) return "taef2";
  return latent_channels === 16 ? "taef1" : "taesd";
}
