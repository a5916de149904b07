import * as v from "valibot";
import { parseJson } from "../../../shared/json-text.ts";
import { type ReferenceNote, ROLES, referenceNote } from "../../bridge.ts";

/** What layers of a character keep about themselves. It goes along when they are copied or published. */
const KEY = "reference";
/** Anybody who can edit the file can write one. */
const LIMITS = { depth: 2, values: 20 };

/** How a character's layer counts: as it says itself, or by its name ("outfit", "Ada, style"), else as the face. */
export function referenceNoteOf(node: SceneNode): ReferenceNote {
  return readNote(node.getPluginData(KEY)) ?? { role: roleByName(node.name), weight: 0.8, start: 0, end: 1 };
}

/** No step of undo of its own. */
export function writeReferenceNote(node: SceneNode, note: ReferenceNote): void {
  node.setPluginData(KEY, JSON.stringify(note));
}

function readNote(text: string): ReferenceNote | undefined {
  if (text === "") return undefined;
  try {
    const note = v.safeParse(referenceNote, parseJson(text, LIMITS));
    return note.success ? note.output : undefined;
  } catch {
    return undefined;
  }
}

const roleByName = (name: string) =>
  ROLES.find(
    (role) =>
      name
        .toLowerCase()
        .split(/[^a-z]+/)
        .indexOf(role) >= 0,
  ) ?? "face";
