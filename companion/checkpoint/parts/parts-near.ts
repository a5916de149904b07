/** The other parts of a model whose transformer is a file of its own, where ComfyUI and Forge keep them. */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { resolveInside } from "../files/files.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { openWeightFile } from "../files/weight-file.ts";

export type Part = "text" | "vae";

const FOLDERS: Readonly<Record<Part, readonly string[]>> = {
  text: ["text_encoders", "text_encoder", "clip"],
  vae: ["vae", "VAE"],
};
/** From the transformer's own folder: models/diffusion_models/flux2/klein/file. */
const LEVELS_UP = 3;
const WEIGHTS = /\.(?:safetensors|sft|gguf)$/i;

/**
 * Files that may be such a part, nearest first and of one folder the largest first: in the transformer's own folder, and in the
 * folders for it beside that folder and beside those around it, or one folder deeper.
 */
function candidatesNear(file: string, part: Part): string[] {
  const own = path.dirname(path.resolve(file));
  const around = Array.from({ length: LEVELS_UP + 1 }, (_, up) => path.resolve(own, ...Array<string>(up).fill("..")));
  const named = around.flatMap((folder) => FOLDERS[part].map((name) => path.join(folder, name)));
  const folders = [own, ...named].flatMap((folder) => [folder, ...(folder === own ? [] : foldersIn(folder))]);
  return [...new Set(folders.flatMap(weightsIn))].filter((each) => each !== path.resolve(file));
}

/** What the parts are called and where they are published, for people who lack one. */
export interface PublishedParts {
  /** "FLUX.2 klein" */
  readonly model: string;
  readonly source: string;
  readonly text: { readonly what: string; readonly name: string };
  readonly vae: { readonly what: string; readonly name: string };
}

/**
 * The file that holds a part: the transformer's own (`store`), or else the first near it that `fits`. What cannot be opened is not
 * it: the library says of each file what is wrong with it. Throws Problem "weights-missing".
 */
export function findPart(
  file: string,
  store: SafetensorsFile,
  { part, fits }: { readonly part: Part; readonly fits: (candidate: SafetensorsFile) => boolean },
  published: PublishedParts,
  options: OpenOptions,
): SafetensorsFile {
  if (fits(store)) return store;
  for (const place of candidatesNear(file, part)) {
    const candidate = attemptOpen(place, options);
    if (candidate && fits(candidate)) return candidate;
  }
  const { what, name } = published[part];
  throw new Problem(
    "weights-missing",
    `"${store.origin}" is the transformer of ${published.model} and needs ${what}: put "${name}" of ${published.source} into a folder "${FOLDERS[part][0]}" beside the file's folder.`,
  );
}

function attemptOpen(place: string, options: OpenOptions): SafetensorsFile | undefined {
  try {
    resolveInside(place, options.within);
    return openWeightFile(place, options);
  } catch {
    return undefined;
  }
}

/** Changes when a candidate comes, goes or changes. */
export const stampNear = (file: string): string =>
  (["text", "vae"] as const)
    .flatMap((part) => candidatesNear(file, part))
    .map((place) => `${place}:${statOf(place)}`)
    .join("\n");

const statOf = (place: string) => {
  const { size = 0, mtimeMs = 0, ino = 0 } = statSync(place, { throwIfNoEntry: false }) ?? {};
  return `${size}:${mtimeMs}:${ino}`;
};

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

const foldersIn = (folder: string): string[] =>
  entriesOf(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(folder, name))
    .sort();

const weightsIn = (folder: string): string[] =>
  entriesOf(folder)
    .filter((entry) => !entry.isDirectory() && WEIGHTS.test(entry.name))
    .map(({ name }) => path.join(folder, name))
    .map((place) => ({ place, size: statSync(place, { throwIfNoEntry: false })?.size ?? 0 }))
    .sort((a, b) => b.size - a.size || (a.place < b.place ? -1 : 1))
    .map(({ place }) => place);
