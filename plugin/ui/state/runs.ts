import { t } from "../text/language.ts";
import type { Picture } from "./picture.ts";
import { promptOf } from "./recipe.ts";

/** Pictures that were asked for together. */
export interface PictureRun {
  readonly run: string;
  /** True of several layers at once. */
  readonly batch: boolean;
  /** What was painted into: the layer's name, or how many. */
  readonly title: string;
  /** Of the first picture; those of several layers may differ. */
  readonly prompt: string;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  readonly pictures: readonly Picture[];
}

/** The runs, in the order of their first pictures. */
export function runsOf(pictures: readonly Picture[]): PictureRun[] {
  const runs = new Map<string, Picture[]>();
  for (const picture of pictures) {
    const { run } = picture.job;
    const known = runs.get(run);
    if (known === undefined) runs.set(run, [picture]);
    else known.push(picture);
  }
  return [...runs].map(([run, of]) => {
    const { job, recipe } = of[0]!;
    const { batch, submittedAt, ticket } = job;
    const title = batch ? t.pictures.layers(job.of) : ticket.name;
    return { run, batch, title, prompt: promptOf(recipe), submittedAt, pictures: of };
  });
}
