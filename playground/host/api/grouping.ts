/** figma.group, ungroup, union, subtract, intersect, exclude. */
import { rearrange } from "../arrange.ts";
import { setTransform } from "../fit.ts";
import { isFitted } from "../kinds.ts";
import type { ApiMember, ApiMembers } from "../member.ts";
import { whyNot } from "../nodes/children.ts";
import type { NodeRecord, NodeType } from "../record.ts";
import { NodeRef } from "../references.ts";
import type { PluginRun } from "../run.ts";
import type { Fields, Scene } from "../scene.ts";
import { IDENTITY, invert, multiply, type Transform } from "../transform.ts";

/** What children of `parent` are relative to, in page space. */
function spaceOf(scene: Scene, parent: NodeRecord): Transform {
  if (!isFitted(parent.type)) return scene.absoluteTransform(parent.id);
  const container = scene.containerOf(parent.id);
  return container === undefined ? IDENTITY : scene.absoluteTransform(container.id);
}

/** Puts nodes into a new fitted node without moving them on the page. */
export function gather(
  scene: Scene,
  ids: readonly string[],
  into: { type: NodeType; parent: string; index: number; fields?: Fields },
): NodeRecord {
  const parent = scene.get(into.parent);
  const sources = ids.map((id) => scene.get(id));
  const placed = new Map(ids.map((id) => [id, scene.absoluteTransform(id)]));
  const ordered = [...(scene.pageOf(parent.id) === undefined ? [] : scene.descendants(scene.pageOf(parent.id)!.id))]
    .map((node) => node.id)
    .filter((id) => placed.has(id));
  const group = scene.create(into.type, parent.id, into.fields ?? {});
  scene.insert(group.id, parent.id, into.index);
  const back = invert(spaceOf(scene, parent));
  for (const id of ordered) {
    scene.insert(id, group.id, scene.get(group.id).children.length);
    if (scene.get(id).layoutPositioning === "ABSOLUTE") scene.patch(id, { layoutPositioning: "AUTO" });
    setTransform(scene, id, multiply(back, placed.get(id)!));
  }
  rearrange(scene, group.id);
  for (const source of sources) rearrange(scene, source.parent);
  return scene.get(group.id);
}

function grouped(run: PluginRun, type: NodeType, args: readonly unknown[], fields: Fields): NodeRef {
  const [nodes, parent, at] = args as [unknown, unknown, number | undefined];
  if (!Array.isArray(nodes) || nodes.length === 0)
    throw new Error("First argument must be an array of at least one node");
  const into = run.scene.get(run.idOf(parent));
  run.demandLoaded(into.id);
  const ids = nodes.map((node) => run.idOf(node));
  for (const id of ids) {
    const reason = whyNot(run.scene, run.scene.get(id), into);
    if (reason !== undefined) throw new Error(`Cannot move node. ${reason}`);
  }
  const index = at ?? into.children.length;
  if (index < 0 || index > into.children.length) throw new Error(`Index ${index} is out of range`);
  return new NodeRef(gather(run.scene, ids, { type, parent: into.id, index, fields }).id);
}

const boolean = (operation: NodeRecord["booleanOperation"], name: string): ApiMember => ({
  call: (run, ...args) => grouped(run, "BOOLEAN_OPERATION", args, { booleanOperation: operation, name }),
  writes: true,
});

/** Takes a group apart, leaving its children where they are on the page. */
export function ungroup(scene: Scene, group: NodeRecord): readonly string[] {
  const parent = scene.get(group.parent!);
  let index = parent.children.indexOf(group.id);
  const back = invert(spaceOf(scene, parent));
  for (const id of group.children) {
    const placed = scene.absoluteTransform(id);
    scene.insert(id, parent.id, index++);
    setTransform(scene, id, multiply(back, placed));
  }
  scene.remove(group.id);
  rearrange(scene, parent.id);
  return group.children;
}

export const grouping: ApiMembers = {
  group: { call: (run, ...args) => grouped(run, "GROUP", args, {}), writes: true },
  union: boolean("UNION", "Union"),
  subtract: boolean("SUBTRACT", "Subtract"),
  intersect: boolean("INTERSECT", "Intersect"),
  exclude: boolean("EXCLUDE", "Exclude"),
  ungroup: {
    call: (run, node) => {
      const group = run.scene.get(run.idOf(node));
      if (run.scene.instanceAround(group.id) !== undefined)
        throw new Error("Cannot move node. Node is inside of an instance");
      return run.refs(ungroup(run.scene, group));
    },
    writes: true,
  },
};
