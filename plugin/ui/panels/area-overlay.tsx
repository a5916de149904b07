import { useEffect, useRef } from "preact/hooks";
import type { Region } from "../../../shared/request.ts";
import { changedArea } from "../pixels/changed-area.ts";
import type { FillView } from "../state/state.ts";

/** Exactly the pixels that a Fill may change, over the picture of its source. */
export function ChangedArea({ fill, region }: { fill: FillView; region: Region }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { edge, edgeWidth } = region;
  // A region is made anew each time; of it, only these count here.
  useEffect(() => {
    const canvas = ref.current;
    const area = changedArea(fill, region);
    if (canvas === null || area === null) return;
    canvas.width = area.width;
    canvas.height = area.height;
    canvas.getContext("2d")!.putImageData(area, 0, 0);
  }, [fill, edge, edgeWidth]);
  return <canvas class="crop-mask" ref={ref} />;
}
