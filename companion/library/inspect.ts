/** Opens what a scan found, as far as it takes to say what it is. */
import path from "node:path";
import { Problem, type ProblemCode, type ProblemData } from "../../shared/problem.ts";
import type { AddOnInfo, ModelInfo } from "../../shared/protocol.ts";
import { namedScheduler } from "../../shared/scheduler-names.ts";
import type { OpenOptions, SafetensorsFile } from "../checkpoint/files/safetensors.ts";
import { isGguf, openWeightFile } from "../checkpoint/files/weight-file.ts";
import { identify } from "../checkpoint/identify/identify.ts";
import { isTinyVae } from "../checkpoint/identify/tiny-vae.ts";
import type { Model } from "../checkpoint/model.ts";
import { embeddingWidth, type IpAdapter } from "../checkpoint/parts/ip-adapter.ts";
import { isReduxFolder } from "../checkpoint/parts/redux.ts";
import { type AnyMeasures, anyMeasuresOf } from "../opening/measures.ts";
import { isWholePart } from "../opening/model-parts.ts";
import { type AddOnKind, openAddOn } from "../opening/open-add-on.ts";
import {
  openWholeContentFilter,
  openWholeImageEncoder,
  openWholeIpAdapter,
  openWholeMatting,
  openWholeModel,
  openWholeUpscaler,
} from "../opening/open-whole.ts";
import { planOf } from "../opening/plan-of.ts";
import { openWholeRedux, openWholeSiglip } from "../opening/redux.ts";
import { transformerFamily } from "../opening/transformer-families.ts";
import { familiesOf, fittingFamilies, misfitWithAll, publishedModels } from "./add-on-families.ts";
import { recommendedLicence } from "./catalogue.ts";
import { readCommunityNotes } from "./community-notes.ts";
import { describeModel } from "./describe-model.ts";
import { FLUX1_LICENCE } from "./family-facts.ts";
import { lostLink } from "./lost-link.ts";
import { nameOf } from "./name-of.ts";
import { plainText } from "./plain-text.ts";
import { scalingFactorIn } from "./scaling-factor.ts";
import type { Place } from "./scan.ts";
import { readNotesBeside, readSideNotes } from "./side-notes.ts";
import { hasThumbnail } from "./thumbnail.ts";
import { type TinyVaeFinding, tinyVaeAt } from "./tiny-vae-at.ts";

/** What IP-Adapters are matched by. */
export type AdapterNeeds = Pick<IpAdapter, "crossAttentionDim" | "widths" | "embeddingDim" | "kind">;

export interface AddOnFinding {
  readonly addOn: AddOnInfo;
  /** Why it goes with no published model. Another one that is installed may still take it. */
  readonly misfit?: ProblemData;
}

export type Finding =
  | {
      readonly kind: "model";
      readonly info: ModelInfo;
      /** What add-ons have to go with. */
      readonly measures: AnyMeasures;
      /** What does not keep it from being used: of its content filter, of the notes beside it. By the place below its own. */
      readonly asides: readonly { readonly place: string; readonly problem: ProblemData }[];
    }
  | { readonly kind: "ip-adapter"; readonly path: string; readonly adapter: AdapterNeeds }
  | {
      readonly kind: "image-encoder";
      readonly path: string;
      /** What adapters of each kind take from it. */
      readonly widths: Readonly<Record<IpAdapter["kind"], number>>;
    }
  | {
      readonly kind: "redux";
      readonly path: string;
      /** Widths of the image encoder's states and of the transformer's texts. */
      readonly reads: number;
      readonly gives: number;
      readonly licence: string;
      /** The SigLIP in its folder. Absent: it is elsewhere. */
      readonly encoder?: string;
    }
  | { readonly kind: "siglip"; readonly path: string; readonly width: number }
  | (AddOnFinding & { readonly kind: "controlnet" | "t2i-adapter" | "z-image-control" | "motion" | "vae" })
  | (AddOnFinding & { readonly kind: "lora" | "embedding"; readonly names: readonly string[] })
  /** It needs no model. */
  | { readonly kind: "upscaler" | "matting"; readonly addOn: AddOnInfo }
  | TinyVaeFinding
  /** Of a model that another file is listed as. */
  | { readonly kind: "part" }
  | { readonly kind: "problem"; readonly problem: ProblemData };

/** Never throws: what goes wrong is the finding. */
export async function inspect(place: Place, options: OpenOptions): Promise<Finding> {
  try {
    return await open(place, options);
  } catch (error) {
    return { kind: "problem", problem: Problem.from(error).toJSON() };
  }
}

/** What is refused without a look into it. */
const REFUSALS: Partial<Record<Place["kind"], { readonly code: ProblemCode; readonly says: string }>> = {
  pickle: {
    code: "file-not-safetensors",
    says: "is a pickle, which can run code when it is opened: use the model's .safetensors version.",
  },
  fooocus: {
    code: "file-not-safetensors",
    says: "belongs to Fooocus' inpaint patch, which comes only as pickles that can run code when they are opened: for Fill, use an inpainting model of Stable Diffusion XL as .safetensors.",
  },
  outside: {
    code: "file-outside-models",
    says: "leads out of the models folders: add the folder that it leads to with --models.",
  },
};

async function open(place: Place, options: OpenOptions): Promise<Finding> {
  const { path: file, kind } = place;
  if (kind === "lost") throw lostLink(file);
  const refusal = REFUSALS[kind];
  if (refusal) throw new Problem(refusal.code, `"${path.basename(file)}" ${refusal.says}`);
  if (kind === "file") return openFile(place, openWeightFile(file, options), options);
  return isReduxFolder(file, options) ? findRedux(file, options) : openWhole(place, options);
}

function findRedux(place: string, options: OpenOptions): Finding {
  const { config, encoder } = openWholeRedux(place, options);
  if (encoder) openWholeSiglip(encoder.path, { ...options, processor: encoder.processor });
  return {
    ...{ kind: "redux", path: place, reads: config.redux_dim, gives: config.txt_in_features, licence: FLUX1_LICENCE },
    ...(encoder && { encoder: encoder.path }),
  };
}

async function openFile(place: Place, store: SafetensorsFile, options: OpenOptions): Promise<Finding> {
  const { path: file } = place;
  if (isWholePart(store, options)) return { kind: "part" };
  const identity = identify(store);
  const found = identity.kind === "other" ? identity.adapter : identity.kind;
  if (isGguf(file, options) && found !== "z-image-control") return openWhole(place, options);
  const alone = (kind: AddOnInfo["kind"]) =>
    describeAddOn(place, { kind, families: [], metadata: store.metadata, options });
  switch (found) {
    case "lora":
    case "embedding":
    case "controlnet":
    case "t2i-adapter":
    case "z-image-control":
    case "motion":
      return findAddOn(place, found, { opened: store, ...options });
    case "vae":
      return tinyVaeAt(place, store, options) ?? findAddOn(place, found, { opened: store, ...options });
    case "upscaler": {
      const { architecture, scale } = openWholeUpscaler(file, options).config;
      return { kind: found, addOn: { ...alone(found), upscaler: { architecture, scale } } };
    }
    case "matting":
      openWholeMatting(file, options);
      return { kind: found, addOn: { ...alone(found), matting: { architecture: "BiRefNet" } } };
    case "ip-adapter": {
      const { crossAttentionDim, widths, embeddingDim, kind } = await openWholeIpAdapter(file, options);
      return { kind: found, path: file, adapter: { crossAttentionDim, widths, embeddingDim, kind } };
    }
    case "redux":
      return findRedux(file, options);
    case "siglip":
      return { kind: found, path: file, width: openWholeSiglip(file, options).config.hidden_size };
    case "image-encoder": {
      const encoder = isShard(file) ? path.dirname(file) : file;
      const { config } = await openWholeImageEncoder(encoder, options);
      const [plain, plus, full] = (["plain", "plus", "full"] as const).map((kind) => embeddingWidth(kind, config));
      return { kind: found, path: encoder, widths: { plain: plain!, plus: plus!, full: full! } };
    }
    default:
      return openWhole(place, options);
  }
}

const isShard = (file: string) => /-\d{5}-of-\d{5}\.safetensors$/.test(file);

type ControlKind = "controlnet" | "t2i-adapter" | "z-image-control";

/** What is followed with a picture. */
const CONTROL_KINDS: Partial<Record<AddOnKind, NonNullable<AddOnInfo["controlKind"]>>> = {
  ...{ controlnet: "controlnet", "t2i-adapter": "t2i-adapter", "z-image-control": "union" },
};

/** Within what its makers recommend (0.65 to 0.8, and for 2.1 to 1), and diffusers' default. */
const UNION_WEIGHT = 0.75;

/** Put to every family as its use puts it to a model. */
function findAddOn(
  place: Place,
  found: AddOnKind,
  { opened, ...options }: OpenOptions & { readonly opened: SafetensorsFile },
): Finding {
  const { metadata } = opened;
  const whole = openAddOn(found, place.path, { ...options, opened });
  // A motion module has the widths of Stable Diffusion 2 as well, and was trained with 1.
  const fitting = fittingFamilies(whole).filter((id) => found !== "motion" || id === "sd1");
  const tiny = found === "vae" && isTinyVae(opened);
  const scalingFactor = found === "vae" ? scalingFactorIn(path.dirname(place.path), options) : undefined;
  const controlKind = CONTROL_KINDS[found];
  const described = describeAddOn(place, {
    kind: controlKind ? "control" : (found as Exclude<AddOnKind, ControlKind>),
    families: whole.own
      ? [{ id: whole.own, name: transformerFamily(whole.own).name }]
      : familiesOf(fitting, { metadata, scalingFactor, ...(tiny && { tinyAt: place.id }) }),
    ...{ metadata, options },
  });
  const words = [...new Set([...whole.tokens.map((token) => plainText(token)), ...described.triggerWords])];
  const addOn = {
    ...described,
    triggerWords: words,
    ...(controlKind && { controlKind }),
    ...(tiny && { tiny }),
    ...(controlKind === "union" && { suggestedWeight: described.suggestedWeight ?? UNION_WEIGHT }),
    ...(whole.fills && { fills: true }),
    ...(whole.frames !== undefined && { motion: { frames: whole.frames } }),
  };
  const misfit = fitting.length === 0 ? misfitWithAll(whole, publishedModels())?.toJSON() : undefined;
  const finding = { addOn, ...(misfit && { misfit }) };
  if (found === "lora") return { kind: found, names: loraNames(metadata), ...finding };
  if (found === "embedding")
    return { kind: found, names: whole.tokens, ...finding, addOn: { ...addOn, triggerWords: words.slice(0, 1) } };
  return { kind: found, ...finding };
}

async function openWhole(place: Place, options: OpenOptions): Promise<Finding> {
  const { id, path: file, beside, kind } = place;
  const model = await openWholeModel(file, options);
  const { metadata } = model;
  const community = readCommunityNotes({ name: path.basename(file), beside, metadata, ...options });
  const own = beside.find(({ ending }) => ending === ".underpaint.json");
  const notes = attempted(() =>
    kind === "folder" ? readSideNotes(file, options) : readNotesBeside(own?.file, options),
  );
  const filter = attempted(() => openWholeContentFilter(file, options));
  const info = describeModel(model, {
    id,
    notes: notes.value ?? { suggestions: [] },
    community,
    thumbnail: hasThumbnail(place, metadata),
  });
  refuseSchedule(model, info.defaults);
  return {
    kind: "model",
    info,
    measures: anyMeasuresOf(model),
    asides: [
      ...(filter.problem ? [{ place: "safety_checker", problem: filter.problem }] : []),
      ...(notes.problem ? [{ place: "notes", problem: notes.problem }] : []),
    ],
  };
}

/** Throws as its own scheduler does, where neither that nor the recommended one can draw with the model. */
function refuseSchedule(model: Model, { steps, scheduler }: ModelInfo["defaults"]): void {
  try {
    planOf(model, { steps, scheduler: namedScheduler(scheduler) });
  } catch (error) {
    planOf(model, { steps });
    throw error;
  }
}

interface AddOnFacts extends Pick<AddOnInfo, "kind" | "families"> {
  readonly metadata: ReadonlyMap<string, string>;
  readonly options: OpenOptions;
}

function describeAddOn(place: Place, { kind, families, metadata, options }: AddOnFacts): AddOnInfo {
  const { id, path: file, beside } = place;
  // What is distilled is the model that it was made for.
  const { distilled: _, ...community } = readCommunityNotes({
    name: path.basename(file),
    beside,
    metadata,
    ...options,
  });
  const thumbnail = hasThumbnail(place, metadata);
  const licence = community.licence ?? recommendedLicence(id);
  return {
    ...{ id, name: plainText(nameOf(file)), kind, families, ...community, thumbnail },
    ...(licence !== undefined && { licence }),
  };
}

/** What prompts may call it besides its file's name. */
function loraNames(metadata: ReadonlyMap<string, string>): string[] {
  const name = metadata.get("ss_output_name");
  return name === undefined ? [] : [name];
}

function attempted<T>(read: () => T): { readonly value?: T; readonly problem?: ProblemData } {
  try {
    return { value: read() };
  } catch (error) {
    return { problem: Problem.from(error).toJSON() };
  }
}
