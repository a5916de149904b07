/** Tells the interface when the design under one layer is edited. */
import type { CallInput } from "../bridge.ts";
import { existingLayer } from "./find-layer.ts";
import { isInside } from "./layer.ts";
import { send } from "./serve-calls.ts";

/** What changes no pixel of a layer. */
const UNSEEN: readonly NodeChangeProperty[] = [
  "name",
  "pluginData",
  "locked",
  "constraints",
  "exportSettings",
  "autoRename",
  "handleMirroring",
  "guides",
];
/** What takes the watched layer elsewhere, and leaves what it shows. */
const OF_ITS_PLACE: readonly NodeChangeProperty[] = ["x", "y", "rotation", "relativeTransform", "parent"];

interface Watched {
  readonly id: string;
  /** Layers under it, as of the last look: those that are gone from it can only be told by their ids. */
  inside: ReadonlySet<string>;
}

let watched: Watched | null = null;

/** From now on this layer's edits are told, and no other's; null: none. */
export async function watchLayer({ node: id }: CallInput<"watch-layer">): Promise<Record<string, never>> {
  const node = id === null ? null : await existingLayer(id);
  watched = node === null ? null : { id: node.id, inside: idsInside(node) };
  return {};
}

/** To be called with what a page says that has changed. */
export function onNodeChange({ nodeChanges }: NodeChangeEvent): void {
  if (watched !== null && nodeChanges.some((change) => counts(change, watched!))) void announce(watched);
}

/** One event for each of Figma's: whoever hears them decides when to look. */
async function announce(edited: Watched): Promise<void> {
  send({ kind: "event", event: { type: "edited", node: edited.id } });
  const node = await existingLayer(edited.id);
  if (node !== null) edited.inside = idsInside(node);
}

function counts(change: NodeChange, { id, inside }: Watched): boolean {
  const isItself = change.id === id;
  if (change.type === "PROPERTY_CHANGE") {
    const unseen = isItself ? [...UNSEEN, ...OF_ITS_PLACE] : UNSEEN;
    if (change.properties.every((property) => unseen.includes(property))) return false;
  }
  const { node } = change;
  if (node.removed) return isItself || inside.has(change.id);
  if (isResultFor(id, node)) return false;
  return isItself || inside.has(change.id) || isInside(node, { id });
}

/** A picture that was placed for the watched layer, or something in it: no work of the designer's. */
function isResultFor(id: string, node: BaseNode): boolean {
  for (let at: BaseNode | null = node; at !== null && at.id !== id; at = at.parent)
    if (at.getPluginData("target") === id) return true;
  return false;
}

function idsInside(node: SceneNode): ReadonlySet<string> {
  const designed = (child: SceneNode) => child.getPluginData("target") !== node.id;
  return new Set("findAll" in node ? node.findAll(designed).map((child) => child.id) : []);
}
