import type { Check } from "../bridge.ts";
import { CHECKS } from "./self-test-checks.ts";

/**
 * Tries out, in whatever host this is, everything that Underpaint assumes of Figma. It is how the assumptions get checked in
 * real Figma, where no automatic test can run. Works in a frame of its own far from everything, and removes it whatever
 * happens.
 */
export async function runSelfTest(): Promise<Check[]> {
  const checks: Check[] = [];
  const selected = figma.currentPage.selection.slice();
  for (const [name, run] of CHECKS) {
    const bench = newBench();
    try {
      const { holds, detail } = await run(bench);
      checks.push({ name, outcome: holds ? "as assumed" : "differs", detail });
    } catch (error) {
      checks.push({ name, outcome: "failed", detail: error instanceof Error ? error.message : String(error) });
    } finally {
      if (!bench.removed) bench.remove();
    }
  }
  figma.currentPage.selection = selected.filter((node) => !node.removed);
  figma.commitUndo();
  return checks;
}

/** An empty frame away from what there is. */
function newBench(): FrameNode {
  const boxes = figma.currentPage.children.map((child) => child.absoluteBoundingBox);
  const right = Math.max(0, ...boxes.map((box) => (box === null ? 0 : box.x + box.width)));
  const bench = figma.createFrame();
  bench.name = "Underpaint self-test";
  bench.resize(400, 300);
  bench.x = Math.ceil(right) + 1000;
  bench.y = 0;
  return bench;
}
