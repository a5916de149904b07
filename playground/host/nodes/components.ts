/** Components, their instances, and copies of layers. */
import { rearrange } from "../arrange.ts";
import type { NodeMembers } from "../member.ts";
import type { NodeRecord } from "../record.ts";
import { NodeRef } from "../references.ts";
import type { PluginRun } from "../run.ts";
import type { Scene } from "../scene.ts";
import { text } from "../validate.ts";
import { field } from "./field.ts";

/** The fields of a record that a copy takes over. */
function copied({ id: _id, type: _type, parent: _parent, children: _children, ...fields }: NodeRecord) {
  return fields;
}

/** A copy of a node with everything in it, front-most in `parent`. */
export function copyInto(scene: Scene, source: NodeRecord, parent: string): NodeRecord {
  const type = source.type === "COMPONENT" ? "INSTANCE" : source.type;
  if (type === "INSTANCE" && source.type === "COMPONENT") return instanceOf(scene, source, parent);
  const copy = scene.create(type, parent, copied(source));
  for (const child of source.children) copyChild(scene, scene.get(child), copy.id, copy.id);
  return scene.get(copy.id);
}

function copyChild(scene: Scene, source: NodeRecord, parent: string, top: string): void {
  const inside = scene.get(top).type === "INSTANCE";
  const id = inside ? { id: `I${top};${source.id.split(";").at(-1)}` } : {};
  const copy = scene.create(source.type, parent, { ...copied(source), ...id });
  for (const child of source.children) copyChild(scene, scene.get(child), copy.id, top);
}

/** An instance: a copy whose layers are named after the component's. */
export function instanceOf(scene: Scene, component: NodeRecord, parent: string): NodeRecord {
  const instance = scene.create("INSTANCE", parent, { ...copied(component), mainComponent: component.id });
  for (const child of component.children) copyChild(scene, scene.get(child), instance.id, instance.id);
  return scene.get(instance.id);
}

/** Only `create` counts, for the current page: Figma puts copies there. */
function clone(run: PluginRun, node: NodeRecord): NodeRef {
  if (node.type === "PAGE") throw new Error("not available in the playground: PAGE.clone");
  const copy = copyInto(run.scene, node, run.stage.currentPage);
  run.scene.patch(copy.id, { layoutPositioning: "AUTO" });
  return new NodeRef(copy.id);
}

export const cloneable: NodeMembers = { clone: { call: clone } };

export const component: NodeMembers = {
  description: field("description", text),
  remote: { get: (run, node) => run.scene.pageOf(node.id) === undefined },
  createInstance: {
    call: (run, node) => new NodeRef(instanceOf(run.scene, node, run.stage.currentPage).id),
  },
  getInstancesAsync: {
    call: async (run, node) =>
      [...run.scene.records.values()].filter((n) => n.mainComponent === node.id).map((n) => new NodeRef(n.id)),
    readOnly: true,
  },
};

export const instance: NodeMembers = {
  mainComponent: {
    get: () => {
      throw new Error("Cannot call with documentAccess: dynamic-page. Use node.getMainComponentAsync instead");
    },
  },
  getMainComponentAsync: {
    call: async (run, node) =>
      node.mainComponent === null || run.scene.find(node.mainComponent) === undefined
        ? null
        : new NodeRef(node.mainComponent),
    readOnly: true,
  },
  detachInstance: {
    call: (run, node) => {
      const { scene } = run;
      if (scene.instanceAround(node.id) !== undefined) throw new Error("Cannot detach an instance inside an instance");
      const index = scene.get(node.parent!).children.indexOf(node.id);
      const detached = scene.create("FRAME", node.parent!, { ...copied(node), mainComponent: null });
      for (const child of node.children) copyInto(scene, scene.get(child), detached.id);
      scene.insert(detached.id, node.parent!, index);
      scene.remove(node.id);
      rearrange(scene, detached.id);
      return new NodeRef(detached.id);
    },
  },
};
