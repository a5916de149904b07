import type { CallOutput, PlacedPicture } from "../../bridge.ts";
import { describeLayer } from "../layer.ts";

const MOST_PICTURES = 200;

/** Those on this page first, then page by page. */
export async function placedPictures(): Promise<CallOutput<"placed-pictures">> {
  const others = figma.root.children.filter(({ id }) => id !== figma.currentPage.id);
  const pictures: PlacedPicture[] = [];
  for (const page of [figma.currentPage, ...others]) {
    await page.loadAsync();
    for (const node of page.findAllWithCriteria({ pluginData: { keys: ["recipe"] } })) {
      const recipe = node.getPluginData("recipe");
      if (recipe === "" || !node.visible || pictures.length >= MOST_PICTURES) continue;
      pictures.push({ layer: describeLayer(node), page: page.name, recipe });
    }
  }
  return { pictures };
}
