import type { Board } from "../../../shared/artboards/plan-board.ts";
import type { KeyVisual } from "../../bridge.ts";
import { t } from "./language.ts";

/** What a format is made of, and what of the layers over it is not as it should be. */
export function boardInWords({ margins, layers, picture, ...size }: Board, visual: KeyVisual) {
  const nameOf = (id: string) => visual.layers.find((layer) => layer.id === id)?.name ?? "";
  const across = Math.min(size.width, picture.x + picture.width) - Math.max(0, picture.x);
  const down = Math.min(size.height, picture.y + picture.height) - Math.max(0, picture.y);
  const share = 1 - (across * down) / (size.width * size.height);
  return {
    painted: margins === null ? t.artboards.onlyCropped : t.artboards.painted(t.common.percent(Math.max(0.01, share))),
    layers: layers.flatMap(({ id, fits, onSubject }) =>
      fits ? (onSubject ? [t.artboards.onSubject(nameOf(id))] : []) : [t.artboards.tooLarge(nameOf(id))],
    ),
  };
}
