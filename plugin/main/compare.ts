import type { CallInput } from "../bridge.ts";
import { shrinkBack } from "./grow-layer.ts";
import { ownFillsOf, takesFill } from "./own-fill.ts";

/** How to show again what is hidden now. */
const back: (() => void)[] = [];

/** True while something is hidden: what the document looks like now is not what the designer made. */
export const isComparing = () => back.length > 0;

/**
 * Before and after on the canvas: hides the layers that show a job's picture, or takes it out of the fills, until it is told to
 * show them again, or the plugin closes. What it does and undoes leaves no step of undo.
 */
export async function compare({ layers, job, show }: CallInput<"compare">): Promise<Record<string, never>> {
  showAgain();
  if (show === "after") return {};
  for (const id of layers) {
    const node = await figma.getNodeByIdAsync(id);
    if (node === null || node.removed || !("visible" in node) || node.getPluginData("job") !== job) continue;
    back.push(hide(node));
  }
  return {};
}

/** To be called when the plugin closes. */
export function showAgain(): void {
  for (const show of back.splice(0)) show();
}

function hide(node: SceneNode): () => void {
  if (node.getPluginData("target") === node.id && takesFill(node)) {
    const { fills } = node;
    const own = ownFillsOf(node) as Paint[];
    const growAgain = shrinkBack(node, false);
    node.fills = own;
    return () => {
      if (node.removed) return;
      growAgain();
      node.fills = fills;
    };
  }
  node.visible = false;
  return () => {
    if (!node.removed) node.visible = true;
  };
}
