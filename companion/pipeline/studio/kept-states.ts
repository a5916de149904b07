/**
 * What text encoders gave for prompts, kept on the disk as well: a language model as large as the denoiser need not be opened for
 * a prompt that was heard before. By content, so that it can't be out of date; the longest unused goes first.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { openSafetensors } from "../../checkpoint/files/safetensors.ts";
import { readNumbers } from "../../checkpoint/files/tensor-data.ts";
import { safetensorsBytes } from "../../checkpoint/files/write-safetensors.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { hashOf, type Ingredient, type KeptResults } from "./kept-results.ts";

export interface KeptStates {
  /** `what`: the encoder, its weights and how it computes. What is handed out again nobody may change. */
  of(what: string, ingredients: readonly Ingredient[], make: () => Promise<Tensor>): Promise<Tensor>;
}

/** Part of the files' names, to be raised when their contents would differ. */
const VERSION = 1;
const END = ".states";
const NAME = "states";
/** Bytes that they may take together: some thirty prompts of the longest kind. */
const CAP = 2 ** 29;

/** `kept`: those of this process. `folder` absent: no others. */
export function createKeptStates(kept: KeptResults, folder: string | undefined, cap = CAP): KeptStates {
  return {
    of: (what, ingredients, make) =>
      kept.of(what, ingredients, async () => {
        if (folder === undefined) return make();
        const file = path.join(folder, `${hashOf([`${VERSION}`, what, ...ingredients])}${END}`);
        const known = statesIn(file);
        if (known) return known;
        const made = await make();
        keep(file, made, cap);
        return made;
      }),
  };
}

/** Undefined where there are none, or none that are whole. */
function statesIn(file: string): Tensor | undefined {
  if (!statSync(file, { throwIfNoEntry: false })) return undefined;
  try {
    const { dims, data } = readNumbers(openSafetensors(file).find(NAME)!);
    utimesSync(file, new Date(), new Date());
    return tensor(data, dims);
  } catch (error) {
    // Damaged, or gone meanwhile: it is made again.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** Keeping is a favour: where the disk is full, or the folder may not be written to, a picture is made all the same. */
function keep(file: string, states: Tensor, cap: number): void {
  const unfinished = `${file}.${process.pid}`;
  const bytes = safetensorsBytes(new Map([[NAME, states]]));
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    makeRoom(path.dirname(file), cap - bytes.length);
    writeFileSync(unfinished, bytes, { mode: 0o600 });
    renameSync(unfinished, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM"].includes(code)) throw error;
    rmSync(unfinished, { force: true });
  }
}

/** Removes what was unused for longest until the rest takes `cap` bytes at most; and what a process left unfinished. */
function makeRoom(folder: string, cap: number): void {
  let total = 0;
  const files = readdirSync(folder)
    .filter((name) => name.includes(END))
    .map((name) => path.join(folder, name))
    .map((place) => ({ place, ...(statSync(place, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 }) }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const { place, size } of files) {
    total += size;
    if (total > cap || !place.endsWith(END)) rmSync(place, { force: true });
  }
}
