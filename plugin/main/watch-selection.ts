import { isComparing } from "./compare.ts";
import { aroundAll } from "./layer.ts";
import { readSelection } from "./read-selection.ts";
import { send } from "./serve-calls.ts";
import { onNodeChange } from "./watch-edits.ts";
import { isExporting } from "./while-visible.ts";

const SETTLE_MS = 80;

/** Tells the interface about every change of the selection, of the selected layers and of the page, and of edits of a watched layer. */
export function watchSelection(): void {
  let timer: number | undefined;
  const announce = () => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (isExporting() || isComparing()) announce();
      else send({ kind: "event", event: { type: "selection", selection: readSelection(), around: aroundSelection() } });
    }, SETTLE_MS);
  };
  const onChange = (event: NodeChangeEvent) => {
    onNodeChange(event);
    announce();
  };
  let page = figma.currentPage;
  page.on("nodechange", onChange);
  figma.on("selectionchange", announce);
  figma.on("currentpagechange", () => {
    page.off("nodechange", onChange);
    page = figma.currentPage;
    page.on("nodechange", onChange);
    announce();
  });
}

const aroundSelection = () => aroundAll(figma.currentPage.selection);
