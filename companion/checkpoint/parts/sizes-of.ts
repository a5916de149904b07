import { Problem } from "../../../shared/problem.ts";
import type { Refs } from "../files/component.ts";

/** What asks a file's tensors for their sizes: throws Problem "weights-missing" where it has no such tensor. */
export const sizesOf = (refs: Refs, origin: string) => (key: string, axis: number) => {
  const size = refs.get(key)?.dims.at(axis);
  if (size !== undefined) return size;
  throw new Problem("weights-missing", `"${origin}" lacks the tensor "${key}": the file is incomplete.`);
};
