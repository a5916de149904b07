/** BaseNodeMixin and PluginDataMixin: what every node has. */
import { rearrange } from "../arrange.ts";
import type { NodeMembers } from "../member.ts";
import type { NodeRecord } from "../record.ts";
import { NodeRef } from "../references.ts";
import type { PluginRun } from "../run.ts";
import { text } from "../validate.ts";
import { field, readOnly } from "./field.ts";

/** Bytes that an entry may take, with id, key and value. */
const PLUGIN_DATA_LIMIT = 100 * 1024;
const RELAUNCH_DESCRIPTION_LIMIT = 1000;

const byteLength = (value: string) => new TextEncoder().encode(value).length;

function checkEntry(run: PluginRun, key: string, value: string): void {
  const size = byteLength(run.stage.manifest.id) + byteLength(key) + byteLength(value);
  if (size > PLUGIN_DATA_LIMIT) throw new Error("Cannot set plugin data: the entry exceeds 100 kB");
}

/** An entry with an empty value is no entry. */
function withEntry(entries: Readonly<Record<string, string>>, key: string, value: string): Record<string, string> {
  const { [key]: _before, ...rest } = entries;
  return value === "" ? rest : { ...rest, [key]: value };
}

function sharedKey(namespace: string, key: string): string {
  if (!/^[a-zA-Z0-9_.]{3,}$/.test(namespace))
    throw new Error("The namespace must be at least 3 alphanumeric characters");
  return `${namespace}/${key}`;
}

export function removeNode(run: PluginRun, node: NodeRecord): void {
  if (run.scene.instanceAround(node.id) !== undefined)
    throw new Error("Removing this node is not allowed: it is inside of an instance");
  if (node.type === "DOCUMENT") throw new Error("Removing this node is not allowed");
  if (node.type === "PAGE" && node.id === run.stage.currentPage)
    throw new Error("Removing this node is not allowed: it is the current page");
  run.scene.remove(node.id);
  rearrange(run.scene, node.parent);
}

export const base: NodeMembers = {
  id: { ...readOnly("id"), outlives: true },
  type: { ...readOnly("type"), outlives: true },
  removed: { get: () => false, outlives: true },
  name: field("name", text),
  parent: { get: (_run, node) => (node.parent === null ? null : new NodeRef(node.parent)) },
  isAsset: { get: () => false },
  toString: { call: (_run, node) => `${node.type} ${node.id}`, readOnly: true as const },
  remove: { call: removeNode },
  getTopLevelFrame: {
    call: (run, node) => {
      const line = [node, ...run.scene.ancestors(node.id)];
      const top = line.filter((n) => n.type === "FRAME" || n.type === "COMPONENT" || n.type === "INSTANCE").at(-1);
      return top === undefined ? undefined : new NodeRef(top.id);
    },
    readOnly: true,
  },
  getPluginData: { call: (_run, node, key) => node.pluginData[text(key)] ?? "", readOnly: true },
  getPluginDataKeys: { call: (_run, node) => Object.keys(node.pluginData), readOnly: true },
  setPluginData: {
    call: (run, node, key, value) => {
      checkEntry(run, text(key), text(value));
      run.scene.patch(node.id, { pluginData: withEntry(node.pluginData, text(key), text(value)) });
    },
    readOnly: true,
  },
  getSharedPluginData: {
    call: (_run, node, namespace, key) => node.sharedPluginData[sharedKey(text(namespace), text(key))] ?? "",
    readOnly: true,
  },
  getSharedPluginDataKeys: {
    call: (_run, node, namespace) => {
      const start = sharedKey(text(namespace), "");
      return Object.keys(node.sharedPluginData).flatMap((key) =>
        key.startsWith(start) ? [key.slice(start.length)] : [],
      );
    },
    readOnly: true,
  },
  setSharedPluginData: {
    call: (run, node, namespace, key, value) => {
      const name = sharedKey(text(namespace), text(key));
      checkEntry(run, name, text(value));
      run.scene.patch(node.id, { sharedPluginData: withEntry(node.sharedPluginData, name, text(value)) });
    },
    readOnly: true,
  },
  getRelaunchData: { call: (_run, node) => node.relaunchData, readOnly: true },
  setRelaunchData: {
    call: (run, node, data) => {
      const entries = Object.entries(data as Record<string, unknown>).map(([command, description]) => {
        const known = run.stage.manifest.relaunchButtons?.some((button) => button.command === command) ?? false;
        if (!known) throw new Error(`The command "${command}" is not a relaunchButtons command of the manifest`);
        if (text(description).length > RELAUNCH_DESCRIPTION_LIMIT)
          throw new Error(`The description of "${command}" exceeds ${RELAUNCH_DESCRIPTION_LIMIT} characters`);
        return [command, text(description)] as const;
      });
      run.scene.patch(node.id, { relaunchData: Object.fromEntries(entries) });
    },
    readOnly: true,
  },
};
