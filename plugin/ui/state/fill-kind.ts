import type { FillKind } from "../../../shared/fill-kinds.ts";
import type { Settings } from "../../bridge.ts";
import { removedBy } from "../text/removal-words.ts";

type Asked = { readonly maskShape: Pick<Settings["maskShape"], "inverted"> };

/** What a Fill is likely for: all but the shape is the background; what the words take away is removed; no words go on with what is around. */
export function likelyKind(prompt: string, { maskShape }: Asked): FillKind {
  if (maskShape.inverted) return "background";
  if (removedBy(prompt) !== undefined) return "remove";
  return prompt.trim() === "" ? "continue" : "add";
}

/** As it was chosen, or the likely one. */
export const fillKindOf = (prompt: string, settings: Pick<Settings, "fillKind"> & Asked): FillKind =>
  settings.fillKind ?? likelyKind(prompt, settings);

/** What changes with a choice: the background is all but the shape. Undefined: from now on the likely one. */
export function withFillKind(
  kind: FillKind | undefined,
  { maskShape }: Pick<Settings, "maskShape">,
): Pick<Settings, "fillKind" | "maskShape"> {
  const inverted = kind === undefined ? maskShape.inverted : kind === "background";
  return { fillKind: kind, maskShape: { ...maskShape, inverted } };
}
