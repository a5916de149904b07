/** How much pictures are like the characters that they were made with. */
import type { Judged } from "../../../shared/likeness.ts";
import type { LayerInfo } from "../../bridge.ts";
import type { Recipe } from "./recipe.ts";

/** To one character. */
export interface Likeness extends Judged {
  readonly character: string;
  readonly name: string;
}

/** One placed picture of a character. */
export interface PlacedLikeness extends Judged {
  readonly layer: LayerInfo;
  /** What it was painted into, as long as nobody called its layer otherwise. */
  readonly name: string;
  readonly page: string;
}

export interface LikenessReport {
  readonly character: string;
  /** The least alike first; null while they are being judged. */
  readonly rows: readonly PlacedLikeness[] | null;
}

/** The characters that a picture was made with, each once. */
export function charactersOf({ references }: Pick<Recipe, "references">) {
  const named = references.flatMap(({ character }) => (character === undefined ? [] : [character]));
  return [...new Map(named.map((each) => [each.id, each])).values()];
}

export const meanOf = (likeness: readonly Likeness[]): number =>
  likeness.reduce((sum, { value }) => sum + value, 0) / Math.max(1, likeness.length);
