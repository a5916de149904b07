/** The files that networks of this process read their weights from, for whoever has to say which of them broke it. */
import { existsSync, statSync } from "node:fs";
import { stampOf } from "../graph/file-stamp.ts";

/** A file as it was when it was mapped. */
export interface MappedFile {
  readonly file: string;
  readonly stamp: string;
}

type Listener = (files: readonly MappedFile[]) => void;
const listeners = new Set<Listener>();

/** `listener` hears of files before they are read for a network. */
export const onMapped = (listener: Listener): void => void listeners.add(listener);

export function tellMapped(files: Iterable<{ readonly file: string; readonly stamp?: string }>): void {
  const stamped = new Map<string, MappedFile>();
  for (const { file, stamp } of files) if (stamp !== undefined) stamped.set(file, { file, stamp });
  for (const listener of listeners) listener([...stamped.values()]);
}

/** The first that is not any more what it was. */
export const changedFile = (files: Iterable<MappedFile>): string | undefined =>
  [...files].find(({ file, stamp }) => !existsSync(file) || stampOf(statSync(file)) !== stamp)?.file;
