/** Undo and redo by keeping old maps of records. */
import type { Records, Scene } from "./scene.ts";

export class History {
  readonly #scene: Scene;
  #past: Records[] = [];
  #future: Records[] = [];
  #committed: Records;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#committed = scene.snapshot();
  }

  /** Everything since the last commit becomes one step; without a change, nothing. A selection alone is not a change. */
  commit(): void {
    if (same(this.#committed, this.#scene.records)) return;
    this.#past.push(this.#committed);
    this.#future = [];
    this.#committed = this.#scene.snapshot();
  }

  /** Back to the last commit, or, where nothing happened since, one step further back. */
  undo(): void {
    this.commit();
    const previous = this.#past.pop();
    if (previous === undefined) return;
    this.#future.push(this.#committed);
    this.#show(previous);
  }

  redo(): void {
    const next = this.#future.pop();
    if (next === undefined) return;
    this.#past.push(this.#committed);
    this.#show(next);
  }

  get depth(): number {
    return this.#past.length;
  }

  /** Forgets everything: what is there now is the beginning. */
  reset(): void {
    this.#past = [];
    this.#future = [];
    this.#committed = this.#scene.snapshot();
  }

  #show(records: Records): void {
    this.#committed = records;
    this.#scene.restore(records);
  }
}

function same(a: Records, b: Records): boolean {
  if (a.size !== b.size) return false;
  for (const [id, record] of b) {
    const before = a.get(id);
    if (before === record) continue;
    if (before === undefined) return false;
    // What was changed and changed back is no change.
    if (record.type !== "PAGE" && JSON.stringify(before) !== JSON.stringify(record)) return false;
    if (record.type !== "PAGE") continue;
    if (before.children !== record.children || before.name !== record.name) return false;
    if (before.pluginData !== record.pluginData || before.backgrounds !== record.backgrounds) return false;
  }
  return true;
}
