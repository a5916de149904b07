/** How jobs end that nobody ended. */
import { Problem } from "../../shared/problem.ts";

export const brokenOff = (attempts: number) =>
  new Problem(
    "engine-crashed",
    `The companion ended ${attempts} times while it worked on this picture: try a smaller size or another model.`,
  ).toJSON();

export const expired = (finished: number) =>
  new Problem(
    "result-expired",
    `The picture of ${new Date(finished).toISOString().slice(0, 10)} was never fetched and made room for newer ones: generate it again.`,
  );
