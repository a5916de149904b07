/** One running plugin: what it asked for, and how to reach it. */
import { type Parameter, type SuggestionListener, suggestionResults } from "./parameters.ts";
import { CallbackRef, NodeRef } from "./references.ts";
import type { Stage } from "./stage.ts";

/** What the host tells a plugin. */
export type Delivery =
  | { readonly kind: "settle"; readonly promise: number; readonly ok: boolean; readonly value: unknown }
  | { readonly kind: "emit"; readonly target: string; readonly type: string; readonly args: readonly unknown[] }
  | { readonly kind: "callback"; readonly callback: number; readonly args: readonly unknown[] }
  | { readonly kind: "timer"; readonly timer: number };

export interface RunOptions {
  readonly command: string;
  readonly html: string;
  /** "inspect" = Dev Mode: nothing in the document can be changed. */
  readonly mode: "default" | "inspect";
  /** The plugin starts while its parameters are typed: until `begin` it only answers what is typed. */
  readonly querying?: boolean;
}

export class PluginRun {
  readonly stage: Stage;
  readonly options: RunOptions;
  readonly loadedPages: Set<string>;
  readonly loadedFonts = new Set<string>();
  closed = false;
  querying: boolean;
  skipInvisibleInstanceChildren = false;
  /** Set by whoever runs the plugin's code. */
  deliver: (delivery: Delivery) => void = () => {};

  constructor(stage: Stage, options: RunOptions) {
    this.stage = stage;
    this.options = options;
    this.querying = options.querying === true;
    this.loadedPages = new Set([stage.currentPage]);
  }

  get scene() {
    return this.stage.scene;
  }

  /** Later, never within the call that caused it. */
  emit(target: string, type: string, ...args: readonly unknown[]): void {
    setTimeout(() => {
      if (!this.closed) this.deliver({ kind: "emit", target, type, args });
    }, 0);
  }

  /** Asks the plugin what fits a parameter for which this was typed. */
  ask(parameter: Parameter, query: string, parameters: object, listener: SuggestionListener): void {
    const result = suggestionResults(parameter, listener);
    this.emit("figma.parameters", "input", { query, key: parameter.key, parameters, result });
  }

  /** The plugin runs, with the parameters that it was given. */
  begin(parameters?: object): void {
    this.querying = false;
    this.emit("figma", "run", { command: this.options.command, parameters });
  }

  callback(callback: unknown, ...args: readonly unknown[]): void {
    if (!(callback instanceof CallbackRef)) return;
    setTimeout(() => {
      if (!this.closed) this.deliver({ kind: "callback", callback: callback.number, args });
    }, 0);
  }

  /** The id of a node that the plugin handed over. */
  idOf(value: unknown): string {
    if (!(value instanceof NodeRef)) throw new Error(`Expected node, got ${value === null ? "null" : typeof value}`);
    return this.scene.get(value.id).id;
  }

  refs(ids: readonly string[]): readonly NodeRef[] {
    return ids.map((id) => new NodeRef(id));
  }

  /** Under dynamic-page, a page's contents exist only once it was loaded. */
  demandLoaded(id: string): void {
    const page = this.scene.pageOf(id);
    if (page !== undefined && !this.loadedPages.has(page.id))
      throw new Error(`Page "${page.name}" has not been loaded. Call page.loadAsync() first`);
  }
}
