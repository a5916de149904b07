/** The shape of the API's tables: what can be read, written and called, by name. */
import type { NodeRecord } from "./record.ts";
import type { PluginRun } from "./run.ts";

/** A property or a method of a node. */
export interface NodeMember {
  readonly get?: (run: PluginRun, node: NodeRecord) => unknown;
  readonly set?: (run: PluginRun, node: NodeRecord, value: unknown) => void;
  readonly call?: (run: PluginRun, node: NodeRecord, ...args: readonly unknown[]) => unknown;
  /** A method that changes nothing in the picture, and so is allowed in Dev Mode. */
  readonly readOnly?: true;
  /** Answers for removed nodes too. */
  readonly outlives?: true;
}
export type NodeMembers = Readonly<Record<string, NodeMember>>;

/** A property or a method of `figma` or one of its parts. */
export interface ApiMember {
  readonly get?: (run: PluginRun) => unknown;
  readonly set?: (run: PluginRun, value: unknown) => void;
  readonly call?: (run: PluginRun, ...args: readonly unknown[]) => unknown;
  readonly writes?: true;
}
export type ApiMembers = Readonly<Record<string, ApiMember>>;
