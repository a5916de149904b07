/** The models on this machine: those in the models folders, and the starter model, which is always there. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import type { AddOnInfo, ModelInfo, ModelProblem } from "../../shared/protocol.ts";
import { resolveInside } from "../checkpoint/files/files.ts";
import type { TinyVaeId } from "../checkpoint/identify/tiny-vae.ts";
import type { Model } from "../checkpoint/model.ts";
import { anyMeasuresOf } from "../opening/measures.ts";
import { publishedModels } from "./add-on-families.ts";
import { recommendedLicence } from "./catalogue.ts";
import type { FindingCacheOptions } from "./finding-cache.ts";
import { type Finding, inspect } from "./inspect.ts";
import { createInstalledFit, distinctMeasures } from "./installed-fit.ts";
import { layoutOf } from "./layouts.ts";
import { Look } from "./look.ts";
import { isLostLink, lostLink } from "./lost-link.ts";
import { halvesMissing, type ReferenceFiles, referenceFilesFor, referenceParts } from "./reference-parts.ts";
import { type Place, scanFolder } from "./scan.ts";
import { readThumbnail } from "./thumbnail.ts";
import { watchFolders } from "./watch.ts";

/** The starter model's id. A model in a folder of that name gives way to it. */
export const STARTER_ID = "starter";

/** How long a picture waits for its previews' decoder. */
const PREVIEW_PATIENCE_MS = 500;

export interface LibraryOptions {
  /** Models folders; they need not exist. Where two hold the same id, the first one has it. */
  readonly folders: readonly string[];
  /** The starter model's folder. */
  readonly starter: string;
  /** Where findings are kept between starts. Absent: nowhere. */
  readonly cache?: FindingCacheOptions;
  /** Told of each file before it is opened. What it gives back is what the file is found to be, unopened. */
  readonly beforeOpening?: (place: Place) => Finding | undefined;
}

export interface ResolveOptions {
  /** True on the command line: also a path anywhere on the machine. */
  readonly allowPaths: boolean;
}

export interface FolderReport {
  /** Absolute. */
  readonly folder: string;
  /** Whose it is, see layouts.ts. */
  readonly layout: string;
  readonly exists: boolean;
  readonly found: Readonly<Partial<Record<Finding["kind"], number>>>;
}

/** What a prompt may mean by a name. */
export interface NamedAddOn {
  readonly id: string;
  readonly name: string;
  /** Ids of the families that it fits; empty where the file does not say. */
  readonly families: readonly string[];
}

export interface LibraryList {
  readonly models: ModelInfo[];
  readonly addOns: AddOnInfo[];
  readonly problems: ModelProblem[];
  /** Files that are still being read. */
  readonly left: number;
}

export interface Library {
  /** All folders that may be read, symlinks included. */
  readonly roots: readonly string[];
  /**
   * Looks again, and opens what is new or changed. With `patienceMs`, what is known by then: `left` files are still being read, and
   * a line among the problems says so.
   */
  list(options?: { readonly patienceMs?: number }): Promise<LibraryList>;
  /** The single file behind an id of the last list; undefined for a folder. */
  fileOf(id: string): string | undefined;
  /** A small JPEG for a model or an add-on of the list; undefined where there is none, or no such thing. Never throws. */
  thumbnail(id: string): Promise<Uint8Array | undefined>;
  /** The path of a model, IP-Adapter or image encoder. Throws Problem "model-not-found", "file-outside-models". */
  resolve(idOrPath: string, options: ResolveOptions): string;
  /** An IP-Adapter, or FLUX.1 Redux, and an image encoder in the folders that fit the model. */
  references(model: Model): Promise<ReferenceFiles | undefined>;
  /** The file of a tiny autoencoder. Undefined where there is none, and where that takes longer to find out than a preview is worth. */
  tinyVae(id: TinyVaeId): Promise<string | undefined>;
  /** Every LoRA, or every embedding, by each name that prompts may call it: the file's, and the one in the file. */
  adapters(kind: "lora" | "embedding"): Promise<NamedAddOn[]>;
  /** What the files and folders at these paths were found to be, and the catalogue's word on their licence. */
  about(
    paths: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly id: string; readonly finding: Finding; readonly licence?: string }>>;
  /** Each folder that is searched, and how many things of each kind are in it. */
  survey(): Promise<FolderReport[]>;
  /** Calls `onChange` when the folders' content changed, until the returned function is called. */
  watch(onChange: () => void): () => void;
}

export function openLibrary({ folders, starter, cache, beforeOpening }: LibraryOptions): Library {
  const pointed = folders.map((folder) => path.resolve(folder)).map((root) => ({ root, layout: layoutOf(root) }));
  const elsewhere = pointed.flatMap(({ layout }) => layout.elsewhere).map((root) => ({ root, layout: layoutOf(root) }));
  const searched = [...pointed, ...elsewhere].filter(({ root }, i, all) => all.findIndex((a) => a.root === root) === i);
  const linked = searched.flatMap(({ layout }) => layout.linked);
  const roots = [...searched.map(({ root }) => root), ...linked, path.resolve(starter)];
  const misfitHere = createInstalledFit({ within: roots }, (place) => beforeOpening?.(place));

  /** By the ids of the last list: a name that a client sends is never a path. */
  let listed: ReadonlyMap<string, Place> = new Map();

  const places = (): Place[] => [
    ...scanFolder(path.resolve(starter)).map((place) => ({ ...place, id: STARTER_ID })),
    ...searched.flatMap(({ root, layout: { below } }) => scanFolder(root, { roots, below })),
  ];

  const look = new Look({
    places,
    open: (place) => beforeOpening?.(place) ?? inspect(place, { within: roots }),
    ...(cache && { cache }),
  });

  const library: Library = {
    roots,
    list: async ({ patienceMs } = {}) => {
      const deadline = performance.now() + (patienceMs ?? Number.POSITIVE_INFINITY);
      const { found: all, left: unread } =
        patienceMs === undefined ? { found: await look.all(), left: 0 } : await look.soon(patienceMs);
      let left = unread;
      const measured = all.flatMap(({ finding: found }) =>
        found.kind === "model" ? [{ id: found.info.id, name: `"${found.info.name}"`, measures: found.measures }] : [],
      );
      // Nobody makes add-ons for the starter: of what stands in the way, it says least.
      const own = ({ id }: { readonly id: string }) => id === STARTER_ID;
      const takers = distinctMeasures([
        ...measured.filter((one) => !own(one)),
        ...publishedModels(),
        ...measured.filter(own),
      ]);
      const models: ModelInfo[] = [];
      const addOns: AddOnInfo[] = [];
      const problems: ModelProblem[] = searched.flatMap(({ root, layout: { problem } }) =>
        problem ? [{ name: path.basename(root), problem }] : [],
      );
      const parts = referenceParts(all);
      const places = new Map<string, Place>();
      for (const { place, finding } of all) {
        // It went away while we looked.
        if (finding.kind === "problem" && !existsSync(place.path) && !isLostLink(place.path)) continue;
        if (finding.kind === "problem") problems.push({ name: place.id, problem: finding.problem });
        if (finding.kind === "model")
          for (const aside of finding.asides)
            problems.push({ name: `${place.id}/${aside.place}`, problem: aside.problem });
        if (finding.kind !== "model" && !("addOn" in finding)) continue;
        // A model that takes it may be among what is still to be read.
        const mayOpen = unread === 0 && performance.now() < deadline;
        const misfit = "misfit" in finding ? await misfitHere(place, finding, takers, mayOpen) : undefined;
        if (misfit === "unknown") {
          left += 1;
          continue;
        }
        if (misfit) {
          problems.push({ name: place.id, problem: misfit });
          continue;
        }
        // The same file is called otherwise where another folder above it is pointed to.
        const { id } = place;
        if (places.has(id)) problems.push(twice(id));
        else if (finding.kind === "model") models.push({ ...withReferences(finding, parts), id });
        else addOns.push({ ...finding.addOn, id });
        if (!places.has(place.id)) places.set(place.id, place);
      }
      listed = places;
      if (left === 0) problems.push(...halvesMissing(parts));
      if (left > 0) problems.push(stillReading(left, all.length + unread));
      return { models, addOns, problems, left };
    },
    fileOf: (id) => {
      const place = listed.get(id);
      return place?.kind === "file" ? place.path : undefined;
    },
    thumbnail: async (id) => {
      if (listed.size === 0) await library.list();
      const place = listed.get(id);
      return place && readThumbnail(place, { within: roots });
    },
    resolve: (name, { allowPaths }) => {
      if (name === STARTER_ID) return path.resolve(starter);
      if (allowPaths && existsSync(name)) return path.resolve(name);
      for (const { root } of searched) {
        const inside = find(root, name);
        if (inside) {
          resolveInside(inside, roots);
          return inside;
        }
      }
      throw new Problem("model-not-found", `There is no model "${name.slice(0, 200)}": choose one from the list.`);
    },
    references: async (model) => referenceFilesFor(referenceParts(await look.all()), anyMeasuresOf(model)),
    tinyVae: async (id) => {
      const { found } = await look.soon(PREVIEW_PATIENCE_MS);
      return found.flatMap(({ finding }) =>
        finding.kind === "tiny-vae" && finding.tiny === id ? [finding.path] : [],
      )[0];
    },
    adapters: async (kind) =>
      (await look.all()).flatMap(({ place: { id }, finding }) => {
        if (finding.kind !== kind || !("names" in finding)) return [];
        const { name: shown } = finding.addOn;
        const families = finding.addOn.families.map((family) => family.id);
        return [...new Set([path.posix.basename(id), shown, ...finding.names])].map((name) => ({ id, name, families }));
      }),
    about: async (paths) => {
      const said = (await look.at(paths)).map(({ place: { id, path: place }, finding }) => {
        const licence = recommendedLicence(id) ?? (finding.kind === "redux" ? finding.licence : undefined);
        return [place, { id, finding, ...(licence !== undefined && { licence }) }] as const;
      });
      return new Map(said);
    },
    survey: async () => {
      const all = await look.all();
      return searched.map(({ root, layout }) => {
        const inside = all.filter(({ place }) => place.path === root || place.path.startsWith(root + path.sep));
        const found: Partial<Record<Finding["kind"], number>> = {};
        for (const { finding } of inside) found[finding.kind] = (found[finding.kind] ?? 0) + 1;
        return { folder: root, layout: layout.name, exists: existsSync(root), found };
      });
    },
    watch: (onChange) =>
      watchFolders(
        searched.map(({ root }) => root),
        {
          state: () => JSON.stringify(places().map(({ id, signature }) => [id, signature])),
          onChange,
        },
      ),
  };
  return library;
}

/** `id` below `folder` as a file or a folder. Throws Problem "file-outside-models" for an id that leads elsewhere. */
function find(folder: string, id: string): string | undefined {
  if (id.includes("\0") || path.isAbsolute(id) || path.win32.isAbsolute(id) || id.split(/[/\\]/).includes(".."))
    throw new Problem(
      "file-outside-models",
      `"${id.slice(0, 200)}" is not in the models folders: choose a model from the list.`,
    );
  const place = path.join(folder, id);
  const file = [".safetensors", ".SAFETENSORS", ".sft"]
    .map((ending) => place + ending)
    .find((file) => existsSync(file) || isLostLink(file));
  for (const one of [file, place]) if (one !== undefined && isLostLink(one)) throw lostLink(one);
  if (file) return file;
  if (id === "" || !existsSync(place)) return undefined;
  return statSync(place).isDirectory() || /\.gguf$/i.test(id) ? place : undefined;
}

const withReferences = (
  { info, measures }: Extract<Finding, { kind: "model" }>,
  parts: ReturnType<typeof referenceParts>,
): ModelInfo => ({
  ...info,
  ...(info.references ? {} : followedWith(info, referenceFilesFor(parts, measures))),
});

/** A picture that a model sees itself says all about its references. */
function followedWith(
  { seesPictures }: ModelInfo,
  files: ReferenceFiles | undefined,
): Partial<Pick<ModelInfo, "references" | "redux">> {
  if (seesPictures || files === undefined) return {};
  return { references: true, ...(files.redux && { redux: files.redux }) };
}

function stillReading(left: number, of: number): ModelProblem {
  const says = `${left} of ${of} files in the models folders are still being read: the list grows by itself.`;
  return { name: "…", problem: new Problem("models-unread", says).toJSON() };
}

function twice(id: string): ModelProblem {
  return {
    name: id,
    problem: new Problem(
      "model-not-found",
      `There are two files or folders "${id}": rename one of them to use it.`,
    ).toJSON(),
  };
}
