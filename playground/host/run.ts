/** One running plugin: what it asked for, and how to reach it. */
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
}

export class PluginRun {
  readonly stage: Stage;
  readonly options: RunOptions;
  readonly loadedPages: Set<string>;
  readonly loadedFonts = new Set<string>();
  closed = false;
  skipInvisibleInstanceChildren = false;
  /** Set by whoever runs the plugin's code. */
  deliver: (delivery: Delivery) => void = () => {};

  constructor(stage: Stage, options: RunOptions) {
    this.stage = stage;
    this.options = options;
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
