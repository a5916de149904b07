/** What lies in a models folder: files and folders that may be models, found by looking, not yet opened. */
import { type Dirent, existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { isLostLink } from "./lost-link.ts";
import { SAFETENSORS } from "./name-of.ts";
import { type SideCar, sideCars } from "./side-cars.ts";

export interface Place {
  /** The path below the models folder, with "/" and without the ending: what requests call it. "." is the folder itself. */
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  /** "fooocus": a part of Fooocus' inpaint patch, a pickle. "outside": a link to a folder that may not be read. "lost": a link to what is not there. */
  readonly kind: "file" | "folder" | "pickle" | "fooocus" | "outside" | "lost";
  /** What other programs have noted about it, and pictures of what it draws. */
  readonly beside: readonly SideCar[];
  /** Changes when a file or a side-car does: sizes and times. */
  readonly signature: string;
}

/** ".sft" is what ComfyUI also calls safetensors. */
const KINDS: Readonly<Record<string, Place["kind"]>> = {
  ...{ ".safetensors": "file", ".sft": "file", ".gguf": "file" },
  ...{ ".ckpt": "pickle", ".pt": "pickle", ".pth": "pickle", ".bin": "pickle" },
};
/** Folders of the Hugging Face cache that hold the same files under other names. */
const SKIPPED = new Set(["blobs", "refs", ".locks", ".no_exist"]);
const MAX_DEPTH = 8;

/**
 * Everything in the folders `below` of `root`, in the order of ids; nothing where they do not exist. A symbolic link to a
 * folder is followed where it stays below one of `roots`. What cannot be read is left out: it cannot be shown either.
 */
export function scanFolder(
  root: string,
  { roots = [root], below = ["."] }: { readonly roots?: readonly string[]; readonly below?: readonly string[] } = {},
): Place[] {
  const allowed = roots.flatMap((folder) => tryRead(() => [realpathSync(folder)], []));
  const places: Place[] = [];
  const visited = new Set<string>();
  const visit = (folder: string, depth: number, beside: readonly SideCar[] = []): void => {
    const real = tryRead(() => realpathSync(folder), undefined);
    if (real === undefined || visited.has(real)) return;
    if (!allowed.some((top) => real === top || real.startsWith(top + path.sep))) {
      places.push({ id: idOf(root, folder), path: folder, kind: "outside", beside, signature: real });
      return;
    }
    visited.add(real);
    const entries = tryRead(() => readdirSync(folder, { withFileTypes: true }), [] as Dirent[]);
    if (isModelFolder(folder, entries)) {
      const signature = [signatureOf(folder), ...stampsOf(beside)].join("\n");
      places.push({ id: idOf(root, folder), path: folder, kind: "folder", beside, signature });
      return;
    }
    const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    // A folder of pictures alone, however many, has none.
    const hasOwners = entries.some((entry) => !entry.isFile() || kindOf(entry.name) !== undefined);
    const cars = sideCars(hasOwners ? names : [], (name) => path.join(folder, name));
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const place = path.join(folder, entry.name);
      if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) continue;
      if (isFolder(entry, place)) {
        if (depth < MAX_DEPTH) visit(place, depth + 1, cars.get(entry.name));
        continue;
      }
      const kind = isLostLink(place) ? lostKind(entry.name) : kindOf(entry.name);
      if (kind === undefined) continue;
      const mine = cars.get(path.parse(entry.name).name) ?? [];
      const signature = [stamp(place), ...stampsOf(mine)].join("\n");
      places.push({ id: idOf(root, place), path: place, kind, beside: mine, signature });
    }
  };
  for (const place of below) visit(path.join(root, place), 0);
  return places;
}

/** lllyasviel/fooocus_inpaint, by the names of its files. */
const FOOOCUS = /^(?:fooocus_inpaint_head\.pth|inpaint\w*\.fooocus\.patch)$/i;

const kindOf = (name: string): Place["kind"] | undefined =>
  FOOOCUS.test(name) ? "fooocus" : KINDS[path.extname(name).toLowerCase()];

function isModelFolder(folder: string, entries: readonly Dirent[]): boolean {
  const names = new Set(entries.map((entry) => entry.name));
  return names.has("model_index.json") || (names.has("unet") && existsSync(path.join(folder, "unet", "config.json")));
}

function isFolder(entry: Dirent, place: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return tryRead(() => statSync(place).isDirectory(), false);
}

/** What has no ending may have been a folder. */
const lostKind = (name: string) => (kindOf(name) || path.extname(name) === "" ? "lost" : undefined);

function idOf(root: string, place: string): string {
  const below = path.relative(root, place).split(path.sep).join("/");
  return below === "" ? "." : below.replace(SAFETENSORS, "");
}

/** Of every file in a model's folder and in the folders of its parts. */
function signatureOf(folder: string): string {
  const files = tryRead(() => readdirSync(folder, { recursive: true, encoding: "utf8" }), [] as string[]);
  return files
    .sort()
    .map((file) => `${file} ${stamp(path.join(folder, file))}`)
    .join("\n");
}

const stampsOf = (beside: readonly SideCar[]) => beside.map(({ file }) => `${file} ${stamp(file)}`);

function stamp(file: string): string {
  return tryRead(() => {
    const { size, mtimeMs, ctimeMs, ino } = statSync(file);
    // The last one tells of rights, too.
    return `${size}:${mtimeMs}:${ino}:${ctimeMs}`;
  }, "unreadable");
}

function tryRead<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
