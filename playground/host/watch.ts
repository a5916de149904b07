/** Turns changes of the document into the plugin's events: later, and many changes in one event. */
import type { NodeRecord } from "./record.ts";
import { NodeRef } from "./references.ts";
import type { PluginRun } from "./run.ts";
import type { Records } from "./scene.ts";

/** How the fields of a record are called in a `nodechange` event. */
const RENAMED: Readonly<Record<string, string>> = {
  transform: "relativeTransform",
  radii: "cornerRadius",
  vectorPaths: "vectorNetwork",
};
const UNSEEN = ["selection", "children", "expanded", "relaunchData", "sharedPluginData"];

/** Compares the document with what it was and tells the plugin; call it after any change. */
export function watch(run: PluginRun): () => void {
  let before: Records = run.scene.snapshot();
  let page = run.stage.currentPage;
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    if (run.closed) return;
    const after = run.scene.snapshot();
    const pageChanged = page !== run.stage.currentPage;
    page = run.stage.currentPage;
    // Whoever goes to a page has it loaded.
    if (pageChanged) run.loadedPages.add(page);
    if (pageChanged) run.emit("figma", "currentpagechange");
    const changes = pageChanged ? [] : changesOf(run, before, after, page);
    if (changes.length > 0) run.emit(`page:${page}`, "nodechange", { nodeChanges: changes });
    const selected = (records: Records) => records.get(page)?.selection.join();
    if (pageChanged || selected(before) !== selected(after)) run.emit("figma", "selectionchange");
    before = after;
  };
  return () => {
    if (scheduled) return;
    scheduled = true;
    setTimeout(flush, 0);
  };
}

function changesOf(run: PluginRun, before: Records, after: Records, page: string): object[] {
  const changes: object[] = [];
  const origin = "LOCAL";
  for (const [id, now] of after) {
    const was = before.get(id);
    if (was === now || run.scene.pageOf(id)?.id !== page || id === page) continue;
    const node = new NodeRef(id);
    if (was === undefined) changes.push({ type: "CREATE", id, origin, node });
    else changes.push({ type: "PROPERTY_CHANGE", id, origin, node, properties: propertiesChanged(was, now) });
  }
  for (const [id, { type }] of before) {
    if (!after.has(id)) changes.push({ type: "DELETE", id, origin, node: { removed: true, id, type } });
  }
  return changes.filter((change) => (change as { properties?: unknown[] }).properties?.length !== 0);
}

const propertiesChanged = (was: NodeRecord, now: NodeRecord): string[] =>
  (Object.keys(now) as (keyof NodeRecord)[])
    .filter((key) => was[key] !== now[key] && !UNSEEN.includes(key))
    .map((key) => RENAMED[key] ?? key);
