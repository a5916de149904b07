/** ChildrenMixin, with the rules of who may go where. */
import { rearrange } from "../arrange.ts";
import { isParent } from "../kinds.ts";
import type { NodeMembers } from "../member.ts";
import type { NodeRecord } from "../record.ts";
import type { PluginRun } from "../run.ts";
import type { Scene } from "../scene.ts";
import { number } from "../validate.ts";

/** Why `child` may not become a child of `parent`; undefined where it may. */
export function whyNot(scene: Scene, child: NodeRecord, parent: NodeRecord): string | undefined {
  if (!isParent(parent.type) && parent.type !== "DOCUMENT") return `A ${parent.type} node has no children`;
  if ((child.type === "PAGE") !== (parent.type === "DOCUMENT"))
    return `A ${child.type} node cannot be a child of a ${parent.type} node`;
  if (parent.type === "INSTANCE" || scene.instanceAround(parent.id) !== undefined)
    return "New parent is an instance or is inside of an instance";
  if (child.parent !== null && scene.instanceAround(child.id) !== undefined) return "Node is inside of an instance";
  const line = [parent, ...scene.ancestors(parent.id)];
  if (line.some((node) => node.id === child.id)) return "Node is an ancestor of the new parent";
  if (child.type === "SECTION" && parent.type !== "PAGE" && parent.type !== "SECTION")
    return "A section can only be a child of pages and sections";
  if (child.type === "COMPONENT" && line.some((node) => node.type === "COMPONENT"))
    return "A component cannot be inside of a component";
  return undefined;
}

/** Moves a node, keeping its transform relative to the container as Figma does. */
export function moveInto(run: PluginRun, child: NodeRecord, parent: NodeRecord, index: number): void {
  const { scene } = run;
  run.demandLoaded(parent.id);
  const reason = whyNot(scene, child, parent);
  if (reason !== undefined) throw new Error(`Cannot move node. ${reason}`);
  if (!Number.isInteger(index) || index < 0 || index > parent.children.length)
    throw new Error(`Index ${index} is out of range: 0 to ${parent.children.length}`);
  const { parent: before } = child;
  scene.insert(child.id, parent.id, index);
  if (parent.layoutMode === "NONE" && child.layoutPositioning === "ABSOLUTE")
    scene.patch(child.id, { layoutPositioning: "AUTO" });
  rearrange(scene, parent.id);
  if (before !== null && before !== parent.id) rearrange(scene, before);
}

export const children: NodeMembers = {
  children: {
    get: (run, node) => {
      run.demandLoaded(node.id);
      return run.refs(node.children);
    },
  },
  appendChild: {
    call: (run, node, child) => {
      const moved = run.scene.get(run.idOf(child));
      moveInto(run, moved, node, node.children.length);
    },
  },
  insertChild: {
    call: (run, node, index, child) => moveInto(run, run.scene.get(run.idOf(child)), node, number()(index)),
  },
};
