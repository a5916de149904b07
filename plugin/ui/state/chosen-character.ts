import type { Character } from "../../bridge.ts";
import type { State } from "./state.ts";

/** The one that is looked at, else the first. */
export function chosenCharacter({ characters, character }: Pick<State, "characters" | "character">): Character | null {
  return characters.find(({ id }) => id === character) ?? characters[0] ?? null;
}
