/** Everything that the interface shows. */
import type { Affine } from "../../../shared/affine.ts";
import type { Size } from "../../../shared/geometry.ts";
import type { ProblemData } from "../../../shared/problem.ts";
import type {
  AddOnInfo,
  DeviceInfo,
  DownloadInfo,
  ModelInfo,
  ModelProblem,
  RecommendedModel,
  Welcome,
} from "../../../shared/protocol.ts";
import {
  type Character,
  type Check,
  type Margins,
  type Mode,
  PLAIN_SHAPE,
  type SelectionInfo,
  type Settings,
} from "../../bridge.ts";
import type { Table } from "../text/table.ts";
import type { Connection } from "../wires/connection.ts";
import type { ArtboardsView } from "./artboard-set.ts";
import type { ControlLayer, ReferenceLayer } from "./followed.ts";
import type { LikenessReport } from "./likeness.ts";
import type { Live } from "./live.ts";
import type { Picture } from "./picture.ts";

/** What is known of the companion that we are connected to. */
export interface Companion {
  readonly version: string;
  readonly device: DeviceInfo | null;
  readonly engineProblem: ProblemData | null;
  readonly modelsFolder: string;
  readonly models: readonly ModelInfo[];
  readonly addOns: readonly AddOnInfo[];
  readonly contentFilter: Welcome["contentFilter"];
  readonly modelProblems: readonly ModelProblem[];
}

/** The picture and its mask, as the Fill view shows them. Lengths in pixels of the raster that would be sent. */
export interface FillView {
  /** Fingerprints of the layers, and what the masks mean: another key, another view. */
  readonly key: string;
  readonly picture: string;
  /** How much of each pixel of the source the mask covers, row-major. */
  readonly coverage: Uint8Array;
  readonly source: Size;
  /** Where the mask is opaque, null where it selects nothing of the picture. */
  readonly maskBounds: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  } | null;
  /** Raster pixels per canvas pixel. */
  readonly scale: number;
  /** How wide the mask's lines are drawn, canvas pixels, where it has any. */
  readonly line?: number | undefined;
  /** True where a line of it encloses an area. */
  readonly hasLoop: boolean;
  /** From the target's own space (canvas pixels) to the raster. */
  readonly fromTarget: Affine;
  /** The target's own size, canvas pixels. */
  readonly target: Size;
  /** How far it goes beyond the target; its own picture is kept then. */
  readonly expand?: Margins | undefined;
}

/** How far Fill is to go beyond a picture, as the designer drew it. */
export interface Expansion {
  readonly target: string;
  readonly margins: Margins;
}

export interface Notice {
  readonly tone: "plain" | "problem";
  readonly text: string;
  /** What exactly was said, one click deeper. */
  readonly detail?: string;
  /** One thing to do about it. */
  readonly action?: {
    readonly label: string;
    readonly name: "place-beside" | "show-models" | "revert-fill";
    readonly job?: string;
    readonly overAnyway?: boolean;
  };
}

export type View = "create" | "artboards" | "characters" | "pictures" | "models" | "self-test";

export interface State {
  readonly loaded: boolean;
  readonly document: string;
  readonly connection: Connection;
  readonly downloads: readonly DownloadInfo[];
  readonly recommended: readonly RecommendedModel[];
  readonly companion: Companion | null;
  readonly view: View;
  readonly selection: SelectionInfo;
  /** Ids of layers that everything selected is, or lies in. */
  readonly around: readonly string[];
  readonly live: Live | null;
  readonly mode: Mode;
  /** The mode to go back to when the mask leaves the selection. */
  readonly modeWithoutMask: Mode;
  readonly prompt: string;
  /** Words for each of several layers, as they were pasted. */
  readonly table: Table | null;
  /** Exact token counts that the companion told, by prompt. */
  readonly tokens: Readonly<Record<string, number>>;
  /** The file's characters, as far as they are known. */
  readonly characters: readonly Character[];
  /** The one that is looked at. */
  readonly character: string | null;
  /** Of one character: how alike the pictures of it are that lie in the file. */
  readonly report: LikenessReport | null;
  /** A set of formats that is about to be made. */
  readonly artboards: ArtboardsView | null;
  readonly references: readonly ReferenceLayer[];
  readonly controls: readonly ControlLayer[];
  /** Ids of text layers that are to be painted into the picture; the others stay above it. */
  readonly painted: readonly string[];
  readonly settings: Settings;
  readonly fill: FillView | null;
  /** How far Fill goes beyond a picture without a mask, as it was drawn last. */
  readonly expansion: Expansion | null;
  /** Newest run first; within a run in order. */
  readonly pictures: readonly Picture[];
  readonly chosen: string | null;
  /** True while the chosen picture is looked at closely. */
  readonly close: boolean;
  readonly submitting: boolean;
  readonly notice: Notice | null;
  readonly checks: readonly Check[] | null;
}

export const DEFAULT_SETTINGS: Settings = {
  window: { width: 320, height: 600 },
  prompt: "",
  recentPrompts: [],
  count: 2,
  variation: 1,
  strength: 0.6,
  detail: 0.5,
  edge: "soft",
  maskShape: PLAIN_SHAPE,
  maskFate: "keep",
  fillAlone: false,
  ...{ textStrength: 0.75, textEnd: 1, textFate: "hide", seesTexts: false },
  layerings: {},
  knownLicences: [],
  sizeFactor: 1,
  draft: false,
  negativePrompt: "",
  loras: [],
  clipSkip: 0,
  guidanceRescale: 0,
  imageGuidanceScale: 1.5,
  drift: { place: true, color: true },
  tellsRoles: true,
  eta: 0,
  tiling: false,
  loopSeconds: 0,
  splitInto: 0,
  splitFinely: false,
  contentFilter: false,
  seed: 1,
  seedLocked: false,
  experience: {},
};

/** What another model starts with: what was set for the last one no longer fits. */
export const MODELS_OWN: Partial<Settings> = {
  ...{ steps: undefined, guidanceScale: undefined, scheduler: undefined, vae: undefined, refiner: undefined },
  ...{ quantize: undefined, clipSkip: 0, guidanceRescale: 0, imageGuidanceScale: 1.5, eta: 0 },
};

export const INITIAL_STATE: State = {
  loaded: false,
  document: "",
  connection: { kind: "connecting" },
  companion: null,
  view: "create",
  selection: { kind: "none", page: "" },
  around: [],
  live: null,
  mode: "generate",
  modeWithoutMask: "generate",
  prompt: "",
  table: null,
  tokens: {},
  downloads: [],
  recommended: [],
  characters: [],
  character: null,
  report: null,
  artboards: null,
  references: [],
  controls: [],
  painted: [],
  settings: DEFAULT_SETTINGS,
  fill: null,
  expansion: null,
  pictures: [],
  chosen: null,
  close: false,
  submitting: false,
  notice: null,
  checks: null,
};
