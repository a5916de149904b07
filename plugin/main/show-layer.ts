import { pageOf } from "./find-layer.ts";

/** Goes to the layer's page, selects it and brings it into view: only where the designer asked for it. */
export async function showLayer(node: SceneNode): Promise<void> {
  const page = pageOf(node);
  if (page === null) return;
  if (page.id !== figma.currentPage.id) await figma.setCurrentPageAsync(page);
  if (node.removed) return;
  figma.currentPage.selection = [node];
  figma.viewport.scrollAndZoomIntoView([node]);
}
