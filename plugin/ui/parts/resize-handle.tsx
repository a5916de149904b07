import type { Settings } from "../../bridge.ts";

/** The corner that sizes the window: Figma gives plugin windows none of their own. */
export function ResizeHandle({ onResize }: { onResize: (size: Settings["window"]) => void }) {
  return (
    <div
      class="resize-handle"
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        onResize({ width: Math.ceil(event.clientX + 5), height: Math.ceil(event.clientY + 5) });
      }}
    />
  );
}
