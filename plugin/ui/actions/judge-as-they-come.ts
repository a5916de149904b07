import { Problem } from "../../../shared/problem.ts";
import { firstFrame } from "../pixels/canvas.ts";
import { changedResult } from "../pixels/fitted-result.ts";
import { charactersOf, type Likeness } from "../state/likeness.ts";
import type { Picture } from "../state/picture.ts";
import type { Store } from "../state/store.ts";
import type { MainClient } from "../wires/main-client.ts";
import type { LikenessDesk } from "./likeness-desk.ts";
import { picturesOfLayers, sheetOfRecipe } from "./sheet-pictures.ts";

interface Judging {
  readonly store: Store;
  readonly main: MainClient;
  readonly judge: LikenessDesk;
}

/** Pictures of characters are judged as soon as they are there, one after the other; what can't be judged has no figure. */
export function judgeAsTheyCome(judging: Judging): void {
  const { store } = judging;
  const tried = new Set<string>();
  let turn = Promise.resolve();
  store.subscribe((state, before) => {
    if (state.pictures === before.pictures) return;
    for (const picture of state.pictures) {
      if (!waitsForJudge(picture) || tried.has(picture.job.job)) continue;
      tried.add(picture.job.job);
      turn = turn.then(() => judgePicture(judging, picture));
    }
  });
}

const waitsForJudge = ({ phase, image, likeness, recipe }: Picture) =>
  phase === "done" && image !== null && likeness === null && charactersOf(recipe).length > 0;

async function judgePicture({ store, main, judge }: Judging, picture: Picture): Promise<void> {
  const { job, recipe } = picture;
  const likeness: Likeness[] = [];
  try {
    const shown = await whatIsNew(picture, main);
    for (const { id, name } of charactersOf(recipe)) {
      const references = await picturesOfLayers(sheetOfRecipe(recipe, id), main);
      const [judged] = await judge.judge({ model: recipe.request.model, pictures: [shown], references });
      if (judged !== undefined) likeness.push({ character: id, name, ...judged });
    }
  } catch (error) {
    // The picture itself is there and whole: it is shown without a figure.
    const problem = Problem.from(error);
    if (problem.code === "internal") console.error(error);
    return;
  }
  store.dispatch({ type: "judged", job: job.job, likeness });
}

/**
 * Of a Fill what it changed, transparent everywhere else: the surroundings are nobody's likeness. Of what moves its first frame.
 */
async function whatIsNew({ job, image, recipe }: Picture, main: MainClient): Promise<Uint8Array> {
  const { bytes } = image!;
  const isPart = recipe.mode === "fill" && recipe.expand === undefined && recipe.last === undefined;
  if (isPart) return (await changedResult(bytes, job.ticket, main)).bytes;
  return recipe.request.motion ? firstFrame(bytes) : bytes;
}
