/** The models on this machine: those in the models folders, and the starter model, which is always there. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import type { AddOnInfo, ModelInfo, ModelProblem } from "../../shared/protocol.ts";
import { resolveInside } from "../checkpoint/files/files.ts";
import type { UNetModel } from "../checkpoint/model.ts";
import { stampNear } from "../checkpoint/parts/parts-near.ts";
import { attentionWidths } from "../networks/blocks/image-attentions.ts";
import type { UNetConfig } from "../networks/configs.ts";
import { isTransformer } from "../opening/measures.ts";
import { publishedModels } from "./add-on-families.ts";
import { recommendedLicence } from "./catalogue.ts";
import { type FindingCacheOptions, type Known, readFindings, saveFindings } from "./finding-cache.ts";
import { type Finding, inspect } from "./inspect.ts";
import { createInstalledFit, distinctMeasures } from "./installed-fit.ts";
import { layoutOf } from "./layouts.ts";
import { isLostLink, lostLink } from "./lost-link.ts";
import { type Place, scanFolder } from "./scan.ts";
import { readThumbnail } from "./thumbnail.ts";
import { watchFolders } from "./watch.ts";

/** The starter model's id. A model in a folder of that name gives way to it. */
export const STARTER_ID = "starter";

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

export interface ReferenceFiles {
  readonly adapter: string;
  readonly imageEncoder: string;
}

export interface FolderReport {
  /** Absolute. */
  readonly folder: string;
  /** Whose it is, see layouts.ts. */
  readonly layout: string;
  readonly exists: boolean;
  readonly found: Readonly<Partial<Record<Finding["kind"], number>>>;
}

interface Found {
  readonly place: Place;
  readonly finding: Finding;
}

/** What a prompt may mean by a name. */
export interface NamedAddOn {
  readonly id: string;
  readonly name: string;
  /** Ids of the families that it fits; empty where the file does not say. */
  readonly families: readonly string[];
}

export interface Library {
  /** All folders that may be read, symlinks included. */
  readonly roots: readonly string[];
  /** Looks again, and opens what is new or changed. */
  list(): Promise<{ models: ModelInfo[]; addOns: AddOnInfo[]; problems: ModelProblem[] }>;
  /** The single file behind an id of the last list; undefined for a folder. */
  fileOf(id: string): string | undefined;
  /** A small JPEG for a model or an add-on of the list; undefined where there is none, or no such thing. Never throws. */
  thumbnail(id: string): Promise<Uint8Array | undefined>;
  /** The path of a model, IP-Adapter or image encoder. Throws Problem "model-not-found", "file-outside-models". */
  resolve(idOrPath: string, options: ResolveOptions): string;
  /** An IP-Adapter and an image encoder in the folders that fit the model. */
  references(model: Pick<UNetModel, "denoiser">): Promise<ReferenceFiles | undefined>;
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
  const known = cache ? readFindings(cache) : new Map<string, Known>();

  const misfitHere = createInstalledFit({ within: roots });

  /** By the ids of the last list: a name that a client sends is never a path. */
  const listed = new Map<string, Place>();

  const places = (): Place[] => [
    ...scanFolder(path.resolve(starter)).map((place) => ({ ...place, id: STARTER_ID })),
    ...searched.flatMap(({ root, layout: { below } }) => scanFolder(root, { roots, below })),
  ];

  const look = async (): Promise<Found[]> => {
    const all: Found[] = [];
    let learnt = 0;
    for (const place of places()) {
      const old = known.get(place.path);
      const open = () => beforeOpening?.(place) ?? inspect(place, { within: roots });
      const same = old?.signature === place.signature && (old.near ?? stampNear(place.path)) === stampNear(place.path);
      const finding = same ? old.finding : await open();
      if (finding !== old?.finding) {
        known.set(place.path, { signature: place.signature, finding, ...nearOf(place, finding) });
        learnt += 1;
        await new Promise(setImmediate); // Opening is synchronous work: let others have their turn.
      }
      all.push({ place, finding });
    }
    if (learnt > 0 && cache) saveFindings(known, cache);
    return all;
  };
  /** One after the other: two at once would open every file twice. */
  let looking: Promise<unknown> = Promise.resolve();
  const findings = (): Promise<Found[]> => {
    const mine = looking.then(look, look);
    looking = mine;
    return mine;
  };

  const library: Library = {
    roots,
    list: async () => {
      const all = await findings();
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
      listed.clear();
      for (const { place, finding } of all) {
        // It went away while we looked.
        if (finding.kind === "problem" && !existsSync(place.path) && !isLostLink(place.path)) continue;
        if (finding.kind === "problem") problems.push({ name: place.id, problem: finding.problem });
        if (finding.kind === "model")
          for (const aside of finding.asides)
            problems.push({ name: `${place.id}/${aside.place}`, problem: aside.problem });
        if (finding.kind !== "model" && !("addOn" in finding)) continue;
        const misfit = "misfit" in finding ? misfitHere(place, finding, takers) : undefined;
        if (misfit) {
          problems.push({ name: place.id, problem: misfit });
          continue;
        }
        // The same file is called otherwise where another folder above it is pointed to.
        const { id } = place;
        if (listed.has(id)) problems.push(twice(id));
        else if (finding.kind === "model") models.push({ ...withReferences(finding, all), id });
        else addOns.push({ ...finding.addOn, id });
        if (!listed.has(place.id)) listed.set(place.id, place);
      }
      return { models, addOns, problems };
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
    references: async (model) => filesFor(await findings(), model.denoiser.config),
    adapters: async (kind) =>
      (await findings()).flatMap(({ place: { id }, finding }) => {
        if (finding.kind !== kind || !("names" in finding)) return [];
        const { name: shown } = finding.addOn;
        const families = finding.addOn.families.map((family) => family.id);
        return [...new Set([path.posix.basename(id), shown, ...finding.names])].map((name) => ({ id, name, families }));
      }),
    about: async (paths) => {
      const here = (await findings()).filter(({ place }) => paths.includes(place.path));
      const said = here.map(({ place: { id, path: place }, finding }) => {
        const licence = recommendedLicence(id);
        return [place, { id, finding, ...(licence !== undefined && { licence }) }] as const;
      });
      return new Map(said);
    },
    survey: async () => {
      const all = await findings();
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

/** Plain adapters come first: of the others some are for faces only, which no tensor of theirs says. */
const BY_KIND = { plain: 0, plus: 1, full: 2 } as const;

function filesFor(all: readonly Found[], unet: UNetConfig): ReferenceFiles | undefined {
  const [context, widths] = [unet.cross_attention_dim[0], String(attentionWidths(unet))];
  const adapters = all.flatMap(({ finding }) => (finding.kind === "ip-adapter" ? [finding] : []));
  for (const { path: file, adapter } of adapters.sort((a, b) => BY_KIND[a.adapter.kind] - BY_KIND[b.adapter.kind])) {
    if (adapter.crossAttentionDim !== context || String(adapter.widths) !== widths) continue;
    for (const { finding: other } of all)
      if (other.kind === "image-encoder" && other.widths[adapter.kind] === adapter.embeddingDim)
        return { adapter: file, imageEncoder: other.path };
  }
  return undefined;
}

const withReferences = ({ info, measures }: Extract<Finding, { kind: "model" }>, all: readonly Found[]): ModelInfo => ({
  ...info,
  references: info.references || (!isTransformer(measures) && filesFor(all, measures.unet) !== undefined),
});

/** A transformer's other parts may come, go and change; so may what was missing. */
function nearOf({ path: file, kind }: Place, finding: Finding): { near?: string } {
  const hasParts = finding.kind === "model" && isTransformer(finding.measures);
  return kind === "file" && (hasParts || finding.kind === "problem") ? { near: stampNear(file) } : {};
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
