/** The one door through which a plugin reaches the document. */
import { imageMethods } from "./api/editor.ts";
import { apiMember } from "./api/tables.ts";
import { memberOf } from "./nodes/members.ts";
import type { PluginRun } from "./run.ts";

export interface Request {
  /** "figma" or one of its parts, "node", "image". */
  readonly on: string;
  /** The node's id or the image's hash. */
  readonly id?: string;
  /** The node's kind, which it keeps after it was removed. */
  readonly type?: string;
  readonly op: "get" | "set" | "call";
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Answers a request, or throws with the message that Figma's plugin would see. Promises are the caller's to wait for. */
export function dispatch(run: PluginRun, request: Request): unknown {
  if (run.closed) throw new Error("The plugin is closed: figma can no longer be used");
  try {
    if (request.on === "node") return onNode(run, request);
    if (request.on === "image") return onImage(run, request);
    return onApi(run, request);
  } catch (error) {
    const { message } = error as Error;
    const bare = /^(not available|no such property)/.test(message);
    throw new Error(bare ? message : `in ${request.op === "call" ? "" : `${request.op}_`}${request.name}: ${message}`);
  }
}

function demandWritable(run: PluginRun): void {
  if (run.options.mode === "inspect") throw new Error("Cannot write to the document in Dev Mode");
  if (run.querying) throw new Error("Cannot write to the document while parameters are typed");
}

function onNode(run: PluginRun, { id, type, op, name, args }: Request): unknown {
  const node = run.scene.find(id!);
  if (node === undefined) {
    const known = memberOf({ type: type as "FRAME" }, name);
    if (known.outlives !== true || op !== "get") throw new Error(`The node with id "${id}" does not exist`);
    return { id, type, removed: true }[name as "id"];
  }
  const member = memberOf(node, name);
  if (op === "get") return member.get!(run, node);
  if (op === "call") {
    if (member.readOnly !== true) demandWritable(run);
    return member.call!(run, node, ...args);
  }
  if (member.set === undefined) throw new Error(`Cannot assign to read only property '${name}'`);
  if (name !== "selection") demandWritable(run);
  member.set(run, node, args[0]);
  return undefined;
}

function onImage(run: PluginRun, { id, name }: Request): unknown {
  const method = imageMethods[name];
  if (method === undefined) throw new Error(`not available in the playground: Image.${name}`);
  return method(run, id!);
}

function onApi(run: PluginRun, { on, op, name, args }: Request): unknown {
  const member = apiMember(on, name);
  if (member.writes === true) demandWritable(run);
  if (op === "get") return member.get!(run);
  if (op === "call") return member.call!(run, ...args);
  if (member.set === undefined) throw new Error(`Cannot assign to read only property '${name}' of ${on}`);
  member.set(run, args[0]);
  return undefined;
}
