import { charactersOf, meanOf } from "./likeness.ts";
import type { Picture } from "./picture.ts";

/** As they came, until all of them are judged; then the most alike first. */
export function rankedByLikeness(pictures: readonly Picture[]): readonly Picture[] {
  const due = pictures.filter(({ phase, recipe }) => phase === "done" && charactersOf(recipe).length > 0);
  if (due.length < 2 || due.some(({ likeness }) => likeness === null)) return pictures;
  const score = ({ likeness }: Picture) => (likeness === null ? Number.NEGATIVE_INFINITY : meanOf(likeness));
  return [...pictures].sort((a, b) => score(b) - score(a));
}
