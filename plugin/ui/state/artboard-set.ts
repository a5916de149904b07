/** A set of formats of one key visual, before it is made. */
import { FORMATS, type Format } from "../../../shared/artboards/formats.ts";
import { type Board, planBoard } from "../../../shared/artboards/plan-board.ts";
import type { Rect } from "../../../shared/geometry.ts";
import type { ArtboardChoice, KeyVisual, Settings } from "../../bridge.ts";

export interface ArtboardsView {
  readonly visual: KeyVisual;
  /** The address of a small picture of it. */
  readonly picture: string;
  /** Of the picture, 0 … 1 of its width and height: as it was found, and as it counts. */
  readonly found: Rect;
  readonly subject: Rect;
}

export interface PlannedBoard {
  readonly format: Format;
  readonly board: Board;
}

const FIRST_CHOICE: ArtboardChoice = { formats: FORMATS.slice(0, 4).map(({ name }) => name), closeness: 0.5 };

export const choiceOf = ({ artboards }: Pick<Settings, "artboards">): ArtboardChoice => artboards ?? FIRST_CHOICE;

/** The name under which the designer's own format is chosen. */
export const OWN = "own";

/** All that are offered, the designer's own one last. */
export function offeredFormats({ own }: ArtboardChoice): Format[] {
  return own === undefined ? [...FORMATS] : [...FORMATS, { name: `${own.width} × ${own.height}`, ...own }];
}

/** How a format is remembered. */
export const keyOf = ({ name }: Format): string => (FORMATS.some((format) => format.name === name) ? name : OWN);

export const isChosen = (format: Format, { formats }: ArtboardChoice): boolean => formats.includes(keyOf(format));

/** Each offered format as it would be made. */
export const planned = (visual: KeyVisual, subject: Rect, choice: ArtboardChoice): PlannedBoard[] =>
  offeredFormats(choice).map((format) => ({
    format,
    board: planBoard(visual, { size: format, subject, closeness: choice.closeness }),
  }));

/** The layer with the largest text; undefined where there is none. */
export const headlineOf = ({ layers }: KeyVisual): KeyVisual["layers"][number] | undefined =>
  layers
    .filter(({ fontSize }) => fontSize !== undefined)
    .sort((a, b) => b.fontSize! - a.fontSize!)
    .at(0);
