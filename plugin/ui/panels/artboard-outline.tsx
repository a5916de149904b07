import type { Board } from "../../../shared/artboards/plan-board.ts";

/** A format as it will look: its picture, the layers over it, and what is left to paint. */
export function ArtboardOutline({ board, picture }: { readonly board: Board; readonly picture: string }) {
  const { width, height, layers } = board;
  const longest = Math.max(width, height);
  // Lines of one pixel of the 52 that the longer side has.
  const line = longest / 52;
  return (
    <span class="outline">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        style={{ width: `${(100 * width) / longest}%`, height: `${(100 * height) / longest}%` }}
        aria-hidden="true"
      >
        <rect class="open" width={width} height={height} />
        <image href={picture} {...board.picture} preserveAspectRatio="none" />
        {layers.map(({ id, x, y, width: w, height: h, fits, onSubject }) => (
          <rect key={id} {...{ x, y, width: w, height: h }} class={fits && !onSubject ? "over" : "amiss"} />
        ))}
        <rect class="edge" width={width} height={height} stroke-width={line} />
      </svg>
    </span>
  );
}
