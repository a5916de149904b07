/** How jobs end that nobody ended. */
import { Problem } from "../../shared/problem.ts";

export const brokenOff = (attempts: number) =>
  new Problem(
    "engine-crashed",
    `The companion ended ${attempts} times while it worked on this picture: try a smaller size or another model.`,
  );

export const expired = () =>
  new Problem(
    "result-expired",
    "The picture was offered, but never fetched, and made room for newer ones: generate it again.",
  );

export const unreadable = (id: string, why: string) =>
  new Problem(
    "data-damaged",
    `What was stored of the job ${id} cannot be read any more (${why}): generate the picture again.`,
  );
