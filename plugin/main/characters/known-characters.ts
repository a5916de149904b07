import * as v from "valibot";
import { parseJson } from "../../../shared/json-text.ts";
import { characterIds } from "../../bridge.ts";

/** Ids of the file's characters on other pages: to look through every page takes long in a large file. Kept in the file. */
const KEY = "characters";
const { requirement: MOST } = characterIds.pipe[1];

export function knownCharacters(): string[] {
  try {
    const known = v.safeParse(characterIds, parseJson(figma.root.getPluginData(KEY), { depth: 1, values: MOST + 1 }));
    return known.success ? known.output : [];
  } catch {
    return [];
  }
}

/** Adds some, and forgets those that are gone. No step of undo of its own. */
export function rememberCharacters(added: readonly string[], gone: readonly string[] = []): void {
  const before = knownCharacters();
  const kept = before.filter((id) => gone.indexOf(id) < 0);
  const all = [...kept, ...added.filter((id) => kept.indexOf(id) < 0)].slice(-MOST);
  if (all.join() !== before.join()) figma.root.setPluginData(KEY, JSON.stringify(all));
}
