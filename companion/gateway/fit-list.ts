import { frameParts } from "../../shared/codec.ts";
import { Problem } from "../../shared/problem.ts";
import type { Models } from "../../shared/protocol.ts";
import type { ModelList } from "./host.ts";

/** Characters of JSON that a list may take: some ten thousand LoRAs. A frame's header holds more, see codec.ts. */
export const LIST_CHARACTERS = 4 * 1024 * 1024;

type Lists = Pick<Models, "models" | "addOns" | "modelProblems">;

/** The message, made once for all clients that are told of the same list. */
export function modelsFrame(list: ModelList): readonly Uint8Array[] {
  const frame = frames.get(list) ?? frameParts({ type: "models", ...fitList(list) } satisfies Models);
  frames.set(list, frame);
  return frame;
}
const frames = new WeakMap<ModelList, readonly Uint8Array[]>();

/** The list as it goes over the wire: what does not fit is left out, and that is said. */
export function fitList({ models, addOns, problems }: ModelList): Lists {
  let room = LIST_CHARACTERS;
  const fits = (one: object) => {
    const length = JSON.stringify(one).length + 1;
    if (length > room) return false;
    room -= length;
    return true;
  };
  // In this order: what fits of the models is worth more than what fits of the add-ons.
  const lists = { models: models.filter(fits), addOns: addOns.filter(fits), modelProblems: problems.filter(fits) };
  const all = models.length + addOns.length + problems.length;
  const left = all - lists.models.length - lists.addOns.length - lists.modelProblems.length;
  if (left === 0) return lists;
  const problem = new Problem(
    "frame-too-large",
    `${left} of ${all} files are not listed, as the list would be too long: keep fewer in the models folders.`,
  );
  return { ...lists, modelProblems: [...lists.modelProblems, { name: "…", problem: problem.toJSON() }] };
}
