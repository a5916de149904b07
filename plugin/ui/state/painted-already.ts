import type { NewJob } from "./events.ts";
import type { Picture } from "./picture.ts";

/** True where the job's target shows just the picture that the job would make. */
export function isPaintedAlready({ job, recipe: { asked } }: NewJob, pictures: readonly Picture[]): boolean {
  return (
    asked !== undefined &&
    pictures.some(
      ({ placed, job: { ticket }, recipe }) =>
        placed && ticket.target === job.ticket.target && recipe.asked === asked && recipe.enlarged === undefined,
    )
  );
}
