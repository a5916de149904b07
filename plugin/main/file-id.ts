import type { CallInput, CallOutput } from "../bridge.ts";

/** By which the companion finds the pictures of this file: kept in the file, so that it goes along with it. */
const KEY = "file";
const ID = /^[0-9a-f]{32}$/;

/** Undefined where no picture was ever kept for it. */
export function fileId(): string | undefined {
  const id = figma.root.getPluginData(KEY);
  return ID.test(id) ? id : undefined;
}

/** Gives the file this id where it has none; a step of undo of its own, so that undoing a picture does not take it along. */
export async function nameFile({ id }: CallInput<"name-file">): Promise<CallOutput<"name-file">> {
  const known = fileId();
  if (known !== undefined) return { file: known };
  figma.root.setPluginData(KEY, id);
  figma.commitUndo();
  return { file: id };
}
