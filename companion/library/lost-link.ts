/** Links to what is not there: as when the drive is away that they lead to. */
import { existsSync, lstatSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";

export const isLostLink = (place: string): boolean =>
  lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true && !existsSync(place);

export const lostLink = (place: string): Problem =>
  new Problem(
    "model-not-found",
    `"${path.basename(place)}" is a link to what is not there: connect the drive that it leads to, or remove the link.`,
  );
