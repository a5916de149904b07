/** Live: a frame that is painted anew while it is edited. It is no session: it rests wherever it is not looked at. */
import type { Size } from "../../../shared/geometry.ts";
import type { ProblemData } from "../../../shared/problem.ts";
import type { PictureJob, ResultImage } from "./picture.ts";
import type { LayerRef, Recipe } from "./recipe.ts";

/** What was painted last. */
export interface LivePicture {
  readonly made: { readonly job: PictureJob; readonly recipe: Recipe };
  readonly image: ResultImage;
  /** From the edit to the picture on the screen. */
  readonly latency: number;
  /** How long the companion's engine worked on it. */
  readonly seconds: number;
  /** True once it is a layer. */
  readonly kept: boolean;
}

export interface Live {
  readonly target: LayerRef & Size;
  readonly picture: LivePicture | null;
  /** True while something newer than the picture is on its way. */
  readonly painting: boolean;
  /** Jobs of others before the one that waits. */
  readonly ahead: number;
  readonly problem: ProblemData | null;
}

export const newLive = ({ id, name, width, height }: LayerRef & Size): Live => ({
  target: { id, name, width, height },
  ...{ picture: null, painting: false, ahead: 0, problem: null },
});
