import type { Size } from "../../../shared/geometry.ts";
import type { PaletteDistance, Stage } from "../../../shared/job.ts";
import type { MemoryUse } from "../../../shared/memory-use.ts";
import type { ProblemData } from "../../../shared/problem.ts";
import type { Thrift } from "../../../shared/thrift.ts";
import type { OpenJob } from "../../bridge.ts";
import type { Likeness } from "./likeness.ts";
import type { Recipe } from "./recipe.ts";

/** A finished picture, in memory and as an address for `<img>`. */
export interface ResultImage extends Size {
  readonly url: string;
  readonly bytes: Uint8Array;
  /** Of a picture that was taken apart, the bottom one first. */
  readonly layers?: readonly Uint8Array[];
}

/** "unsent": the companion does not have it, and its pixels are gone; its recipe can be sent anew. */
export type Phase = "sending" | "queued" | "running" | "done" | "failed" | "unsent";

/** A job as the bridge keeps it, but for the recipe, which is text there. */
export type PictureJob = Omit<OpenJob, "recipe">;

/** One job as the interface follows it. */
export interface Picture {
  readonly job: PictureJob;
  readonly recipe: Recipe;
  readonly phase: Phase;
  /** Jobs before it in the companion's queue. */
  readonly ahead: number;
  readonly stage: Stage | null;
  readonly step: number;
  readonly of: number;
  readonly secondsLeft: number | null;
  /** For so long it has had nothing to tell, and that is longer than expected. */
  readonly quietSeconds: number | null;
  /** For so long the companion's engine has given no sign of life. */
  readonly silentSeconds: number | null;
  /** What its model takes of the companion's memory, where it is known. */
  readonly memory: MemoryUse | null;
  /** The address of the newest preview. */
  readonly preview: string | null;
  /** Its bytes, where they are here. */
  readonly image: ResultImage | null;
  /** Of the finished picture, pixels. */
  readonly width: number;
  readonly height: number;
  /** The address of a small copy, of one whose bytes are not here. */
  readonly small: string | null;
  /** True once it is on the companion's disk. */
  readonly kept: boolean;
  /** Never removed to make room. */
  readonly starred: boolean;
  /** How long it took. */
  readonly seconds: number | null;
  /** The end of the prompt that the model could not take. */
  readonly droppedText: string | null;
  /** To how many bits the model's weights were narrowed, to fit into memory. */
  readonly weightBits: 4 | 8 | null;
  /** How far its colours are from the palette that it was brought to. */
  readonly paletteDistance: PaletteDistance | null;
  /** What was done last for it to fit into memory. */
  readonly thrift: Thrift | null;
  /** True while one of its layers is in the document. */
  readonly placed: boolean;
  /** The ids of the layers that it was placed as, undone ones too: a redo brings them back. */
  readonly layers: readonly string[];
  /** To each character that it was made with; null until it was judged. */
  readonly likeness: readonly Likeness[] | null;
  readonly problem: ProblemData | null;
}

export function newPicture(job: PictureJob, recipe: Recipe, phase: Phase = "sending"): Picture {
  return {
    job,
    recipe,
    phase,
    ahead: 0,
    stage: null,
    step: 0,
    of: job.steps,
    secondsLeft: null,
    quietSeconds: null,
    silentSeconds: null,
    memory: null,
    preview: null,
    image: null,
    ...{ width: 0, height: 0, small: null, kept: false, starred: false },
    seconds: null,
    droppedText: null,
    weightBits: null,
    paletteDistance: null,
    thrift: null,
    placed: false,
    layers: [],
    likeness: null,
    problem: null,
  };
}

export const isActive = ({ phase }: Picture) => phase === "sending" || phase === "queued" || phase === "running";

/** It brought no picture, and can be asked for again. */
export const canRetry = (picture: Picture) =>
  (picture.phase === "failed" || picture.phase === "unsent") &&
  (!isDerived(picture) || picture.recipe.enlargedFrom !== undefined);

/** What the list of pictures shows. */
export const isShown = ({ phase }: Picture) => phase === "done" || phase === "failed" || phase === "unsent";

/** It is a larger version of another one. */
export const isEnlarged = ({ recipe }: Picture) => recipe.enlarged !== undefined;

/** It was made of another one. */
export const isDerived = ({ recipe }: Picture) => recipe.enlarged !== undefined || recipe.matted !== undefined;

/** It is a draft, of which the finished picture can be made. */
export const canFinish = (picture: Picture) =>
  picture.phase === "done" && picture.recipe.draft !== undefined && !isDerived(picture);

/** It is a fill of its target. */
export const isOwnFill = ({ placed, layers, job }: Picture) => placed && layers.includes(job.ticket.target);
