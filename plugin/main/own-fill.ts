/** Pictures that are put on a layer as one more of its fills, above those that it has. */
import * as v from "valibot";
import { Problem } from "../../shared/problem.ts";
import type { CallInput } from "../bridge.ts";
import { findLayer } from "./find-layer.ts";
import { isGrown, shrinkBack } from "./grow-layer.ts";

/** The image that was put on as the last fill, and the fills from before, as JSON. */
const HASH = "fill-hash";
const BEFORE = "fills-before";
/** Figma allows 100 kB an entry. */
const MOST_CHARACTERS = 60_000;

type Filled = SceneNode & MinimalFillsMixin;

/** True where one more fill can be put on: not in instances, which show what their component shows, and not on mixed texts. */
export const takesFill = (node: SceneNode): node is Filled =>
  "fills" in node && Array.isArray(node.fills) && node.type !== "TEXT" && node.type !== "INSTANCE";

/** The layer's own fills, without a picture that was put on. */
export function ownFillsOf(node: Filled): readonly Paint[] {
  const fills = node.fills as readonly Paint[];
  const last = fills[fills.length - 1];
  const isOurs = last?.type === "IMAGE" && last.imageHash !== null && last.imageHash === node.getPluginData(HASH);
  if (!isOurs) return fills;
  return isGrown(node) ? (fillsBefore(node) ?? []) : fills.slice(0, -1);
}

/** The image that was put on; "" where there is none. */
export const putOnImage = (node: SceneNode): string => node.getPluginData(HASH);

/** Puts a picture on as the uppermost fill, in the place of one that was put on before; on a layer that grew for it, as the only one. */
export function putOnAsFill(node: Filled, paint: ImagePaint): void {
  const own = ownFillsOf(node);
  const before = JSON.stringify(own);
  if (before.length > MOST_CHARACTERS)
    throw new Problem(
      "target-unsupported",
      `“${node.name}” has too many fills to be put back later. Place the picture in front.`,
    );
  node.setPluginData(BEFORE, before);
  node.setPluginData(HASH, paint.imageHash ?? "");
  node.fills = isGrown(node) ? [paint] : [...own, paint];
}

const Fills = v.array(v.looseObject({ type: v.string() }));

function fillsBefore(node: SceneNode): Paint[] | undefined {
  const text = node.getPluginData(BEFORE);
  const before = text === "" ? null : v.safeParse(Fills, JSON.parse(text));
  return before?.success ? (before.output as unknown as Paint[]) : undefined;
}

/** Problems "target-gone", "target-unsupported" where no picture was put on. */
export async function revertFill({ node: id }: CallInput<"revert-fill">): Promise<Record<string, never>> {
  const node = await findLayer(id);
  const before = fillsBefore(node);
  if (before === undefined || !takesFill(node))
    throw new Problem("target-unsupported", `No picture is a fill of “${node.name}” any more.`);
  shrinkBack(node);
  node.fills = before;
  for (const key of [BEFORE, HASH, "recipe", "target", "job", "over"]) node.setPluginData(key, "");
  node.setRelaunchData({});
  figma.commitUndo();
  return {};
}
