/** What a pointer does on the canvas. */

import type { Point } from "../../host/transform.ts";
import type { Editor } from "../editor.ts";

export interface Press {
  readonly screen: Point;
  readonly page: Point;
  readonly shift: boolean;
  readonly deep: boolean;
}

/** One drag, from press to release. */
export interface Gesture {
  move(press: Press): void;
  end(press: Press): void;
  /** Drawn over the canvas, in screen space. */
  overlay?(context: CanvasRenderingContext2D): void;
}

export type Tool = (editor: Editor, press: Press) => Gesture;
