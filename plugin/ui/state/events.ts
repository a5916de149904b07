/** What can happen, as the state hears of it. */
import type { PaletteDistance } from "../../../shared/job.ts";
import type { ProblemData } from "../../../shared/problem.ts";
import type { DeviceInfo, DownloadInfo, ProgressMessage, RecommendedModel } from "../../../shared/protocol.ts";
import type { Thrift } from "../../../shared/thrift.ts";
import type { Character, Check, Mode, SelectionInfo, Settings } from "../../bridge.ts";
import type { Table } from "../text/table.ts";
import type { Connection } from "../wires/connection.ts";
import type { ArtboardsView } from "./artboard-set.ts";
import type { ControlLayer, ReferenceLayer } from "./followed.ts";
import type { KeptAbout } from "./kept-about.ts";
import type { Likeness, LikenessReport } from "./likeness.ts";
import type { Live } from "./live.ts";
import type { PictureJob, ResultImage } from "./picture.ts";
import type { Recipe } from "./recipe.ts";
import type { Companion, Expansion, FillView, Notice, View } from "./state.ts";

/** A job, and what it is to make. */
export interface NewJob {
  readonly job: PictureJob;
  readonly recipe: Recipe;
}

/** About one picture, by its job. */
export type PictureEvent =
  | { type: "submitted"; jobs: readonly NewJob[] }
  /** Of an earlier opening of the plugin: "queued" where the companion has it. */
  | { type: "reattached"; job: NewJob; phase: "queued" | "unsent" }
  | { type: "queued"; job: string; ahead: number }
  | { type: "progress"; progress: ProgressMessage; preview: string | null }
  | {
      type: "done";
      job: string;
      image: ResultImage;
      seconds: number;
      tokens: number;
      droppedText: string | null;
      weightBits: 4 | 8 | null;
      paletteDistance: PaletteDistance | null;
      thrift: Thrift | null;
      recipe: Recipe;
    }
  /** It was painted while its target was edited, and is kept. */
  | { type: "adopted"; job: NewJob; image: ResultImage; seconds: number }
  /** How much it is like each character that it was made with. */
  | { type: "judged"; job: string; likeness: readonly Likeness[] }
  | { type: "failed"; job: string; problem: ProblemData }
  | { type: "cancelled"; job: string }
  | { type: "placed"; job: string; layer: string }
  /** It was to be placed by itself, and could not be. */
  | { type: "not-placed"; job: string; problem: ProblemData }
  /** Of the layers asked after, those that are there, and the jobs whose pictures they show. */
  | {
      type: "layers";
      asked: readonly string[];
      shown: readonly { readonly layer: string; readonly job: string | undefined }[];
    }
  | { type: "discarded"; jobs: readonly string[] }
  /** What the companion keeps for this file. */
  | { type: "history"; pictures: readonly (KeptAbout & { readonly starred: boolean })[] }
  | { type: "kept"; job: string }
  | { type: "starred"; job: string; starred: boolean }
  | { type: "small"; job: string; url: string }
  | { type: "loaded"; job: string; image: ResultImage }
  | { type: "chosen"; job: string };

export type AppEvent =
  | PictureEvent
  | { type: "started"; document: string; selection: SelectionInfo; settings: Settings | null; view: View }
  | { type: "selection"; selection: SelectionInfo; around?: readonly string[] }
  | { type: "live"; live: Live | null }
  | { type: "connection"; connection: Connection }
  | { type: "companion"; companion: Companion }
  | ({ type: "models" } & Pick<Companion, "models" | "addOns" | "modelProblems">)
  | { type: "downloads"; downloads: readonly DownloadInfo[]; recommended: readonly RecommendedModel[] }
  | { type: "engine"; device: DeviceInfo | null; problem: ProblemData | null }
  | { type: "view"; view: View }
  | { type: "close"; close: boolean }
  | { type: "mode"; mode: Mode }
  | { type: "prompt"; prompt: string }
  | { type: "table"; table: Table | null }
  | { type: "settings"; change: Partial<Settings> }
  | { type: "characters"; characters: readonly Character[] }
  | { type: "character"; character: string | null }
  | { type: "report"; report: LikenessReport | null }
  | { type: "artboards"; artboards: ArtboardsView | null }
  | { type: "references"; references: readonly ReferenceLayer[] }
  | { type: "controls"; controls: readonly ControlLayer[] }
  | { type: "painted"; painted: readonly string[] }
  | { type: "expansion"; expansion: Expansion }
  | { type: "fill"; fill: FillView | null }
  | { type: "submitting"; submitting: boolean }
  | { type: "notice"; notice: Notice | null }
  | { type: "checks"; checks: readonly Check[] | null };
