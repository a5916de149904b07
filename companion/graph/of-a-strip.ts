/** What a strip of a picture has of the whole picture. */
import type { Value } from "./node.ts";

/** What a group norm sees, and of each [batch, group], both [B, G, 1], what to add (the mean, negative) and to multiply by. */
export interface Moments {
  readonly of: Value;
  readonly shift: Value;
  readonly scale: Value;
}

/** The moments of the group norm at a path of the weights, where they are not its input's own: a strip of a picture. */
export type MomentsAt = (
  path: string,
  x: Value,
  norm: { readonly groups: number; readonly eps: number },
) => Moments | undefined;

/** The keys and values [B, T, C] that are attended to, given those of a picture that may be a strip, each with its weights' path. */
export type TokensAt = (own: readonly (readonly [path: string, tokens: Value])[]) => readonly Value[];
