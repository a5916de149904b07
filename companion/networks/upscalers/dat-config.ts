/** What a DAT is made of. */
import type { Window } from "../blocks/windows.ts";

/** Of all its norms. */
export const NORM_EPS = 1e-5;

export interface DatConfig {
  /** Channels inside. */
  readonly features: number;
  /** Heads of each group, and its blocks: spatial and channel attention in turns. */
  readonly groups: readonly { readonly heads: number; readonly blocks: number }[];
  readonly window: Window;
  /** Channels inside a block's feed-forward part. */
  readonly hidden: number;
  readonly qkvBias: boolean;
  /** Convolutions at the end of each group and of all: one, or three with a narrow middle. */
  readonly connection: "1conv" | "3conv";
  /** How pixels are made of channels: by one convolution, or one for each factor between two others. */
  readonly upsampling: { readonly kind: "direct"; readonly factor: number } | Steps;
}

interface Steps {
  readonly kind: "steps";
  readonly features: number;
  readonly factors: readonly number[];
}
