/** Larger versions of finished pictures, asked for. */
import type { EnlargeRequest } from "../../../shared/enlarge.ts";
import type { EnlargeTask } from "../../../shared/job.ts";
import { Problem } from "../../../shared/problem.ts";
import { chosenOf, enlargeChoices, enlargeRequest } from "../request/enlargement.ts";
import { newRun } from "../request/run-place.ts";
import type { Picture } from "../state/picture.ts";
import { submitDerived } from "./derived-pictures.ts";
import type { Runner } from "./run.ts";

/** What was chosen of `enlargeChoices`. */
export interface EnlargeWish {
  readonly way: string;
  readonly factor: number;
}

/**
 * Each belongs to the run of its picture, so that it takes the placed one's place; those of several layers are a run of their own,
 * placed as they come. Without a wish: by what was chosen last, and twice as large. Where one can't be prepared the others go, and
 * its problem is thrown.
 */
export async function enlargePictures(runner: Runner, pictures: readonly Picture[], wish?: EnlargeWish): Promise<void> {
  const { store } = runner;
  if (wish) store.dispatch({ type: "settings", change: { enlargeBy: wish.way } });
  const { companion, settings } = store.state;
  const chosen = pictures.flatMap((picture) => {
    const choices = companion && enlargeChoices(picture, companion);
    return choices ? [{ picture, task: enlargeTask(enlargeRequest(chosenOf(choices, settings, wish?.factor))) }] : [];
  });
  if (chosen.length === 0)
    throw new Problem("image-too-large", "This picture can't be made larger: Figma takes up to 4096 pixels a side.");
  const places = newRun(chosen.length, { batch: true });
  await submitDerived(
    runner,
    chosen.map(({ picture, task }, i) => ({
      ...{ picture, task },
      place: picture.job.batch ? places[i]! : picture.job,
    })),
  );
}

const enlargeTask = (request: EnlargeRequest): EnlargeTask => ({ kind: "enlarge", request });
