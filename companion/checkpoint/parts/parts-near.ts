/** The other parts of a model whose transformer is a file of its own, where ComfyUI and Forge keep them. */
import { createHash } from "node:crypto";
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
/** The folder of ComfyUI's repositories in which lie those for parts; two such repositories may need the same part. */
const REPOSITORY_FOLDER = "split_files";
const WEIGHTS = /\.(?:safetensors|sft|gguf)$/i;

/**
 * Files that may be such a part, nearest first and of one folder the largest first: in the transformer's own `folder`, and in the
 * folders for it beside that folder and beside those around it, or one folder deeper; where that is a repository of ComfyUI as it was
 * downloaded, in others beside it, too.
 */
function candidatesNear(folder: string, part: Part): string[] {
  const own = path.resolve(folder);
  const around = Array.from({ length: LEVELS_UP + 1 }, (_, up) => path.resolve(own, ...Array<string>(up).fill("..")));
  const [, repository, , models] = around as [string, string, string, string];
  const beside =
    path.basename(repository) === REPOSITORY_FOLDER
      ? foldersIn(models).map((folder) => path.join(folder, REPOSITORY_FOLDER))
      : [];
  const named = [...around, ...beside].flatMap((folder) => FOLDERS[part].map((name) => path.join(folder, name)));
  const folders = [own, ...named].flatMap((folder) => [folder, ...(folder === own ? [] : foldersIn(folder))]);
  return [...new Set(folders.flatMap(weightsIn))];
}

/** A part, what it is called and where it is published, for people who lack it. */
export interface PartPlace {
  readonly part: Part;
  /** "the autoencoder (VAE)" */
  readonly what: string;
  /** The file's name as published. */
  readonly name: string;
  /** The repository. */
  readonly source: string;
  fits(candidate: SafetensorsFile): boolean;
}

/**
 * The file that holds a part: the transformer's own (`store`), or else the first near it that `fits`. What cannot be opened is not
 * it: the library says of each file what is wrong with it. `model`: as people call it. Throws Problem "weights-missing".
 */
export function findPart(
  file: string,
  store: SafetensorsFile,
  { part, what, name, source, fits }: PartPlace,
  model: string,
  options: OpenOptions,
): SafetensorsFile {
  if (fits(store)) return store;
  for (const place of candidatesNear(path.dirname(file), part)) {
    if (place === path.resolve(file)) continue;
    const candidate = attemptOpen(place, options);
    if (candidate && fits(candidate)) return candidate;
  }
  throw new Problem(
    "weights-missing",
    `"${store.origin}" is the transformer of ${model} and needs ${what}: put "${name}" of ${source} into a folder "${FOLDERS[part][0]}" beside the file's folder.`,
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

/** Changes when a candidate for a file in `folder` comes, goes or changes. */
export const stampNear = (folder: string): string =>
  createHash("sha256")
    .update(
      (["text", "vae"] as const)
        .flatMap((part) => candidatesNear(folder, part))
        .map((place) => `${place}:${statOf(place)}`)
        .join("\n"),
    )
    .digest("hex");

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
