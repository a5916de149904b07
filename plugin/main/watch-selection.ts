import { isComparing } from "./compare.ts";
import { readSelection } from "./read-selection.ts";
import { send } from "./serve-calls.ts";
import { isExporting } from "./while-visible.ts";

const SETTLE_MS = 80;

/** Tells the interface about every change of the selection, of the selected layers and of the page. */
export function watchSelection(): void {
  let timer: number | undefined;
  const announce = () => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (isExporting() || isComparing()) announce();
      else send({ kind: "event", event: { type: "selection", selection: readSelection() } });
    }, SETTLE_MS);
  };
  let page = figma.currentPage;
  page.on("nodechange", announce);
  figma.on("selectionchange", announce);
  figma.on("currentpagechange", () => {
    page.off("nodechange", announce);
    page = figma.currentPage;
    page.on("nodechange", announce);
    announce();
  });
}
