/** What a Fill can be for: one row of data each. */
import type { Infill, Surroundings } from "./request.ts";

export const FILL_KINDS = ["continue", "remove", "background", "add"] as const;
export type FillKind = (typeof FILL_KINDS)[number];

export interface FillRow {
  /** What the model begins with under the mask. */
  readonly infill: Infill;
  /** 0 … 1, of a model that never learnt to fill. One that has paints at full strength: it is shown what is around. */
  readonly strength: number;
  /** How the surroundings count as a reference where nothing was typed. Absent: they don't. */
  readonly surroundings?: Surroundings;
  /** What is asked for where nothing was typed. */
  readonly unsaid: string;
}

/**
 * krita-ai-diffusion's numbers (ai_diffusion/backend/workflow.py, inpaint): surroundings at half weight in the middle of the steps, and
 * "background scenery" where something is removed. The strengths are measured: `npm run bench:quality`, in docs/fill.md.
 */
export const FILL_ROWS: Readonly<Record<FillKind, FillRow>> = {
  continue: { infill: "patchmatch", strength: 0.4, surroundings: { weight: 0.5, start: 0.2, end: 0.8 }, unsaid: "" },
  remove: {
    ...{ infill: "patchmatch", strength: 0.3, surroundings: { weight: 0.5, start: 0.2, end: 0.8 } },
    unsaid: "background scenery",
  },
  background: { infill: "none", strength: 1, unsaid: "background scenery" },
  add: { infill: "none", strength: 1, unsaid: "" },
};

/** Beyond a picture, whatever the kind: nothing is there yet, and most of it is to be made up. */
export const BEYOND: FillRow = { ...FILL_ROWS.continue, infill: "membrane", strength: 1 };

/** Steps that are left at least, where few are asked for. */
const LEAST_STEPS = 2;

export interface Painter {
  readonly steps: number;
  /** True where a mask is shown to it, or to a ControlNet beside it. */
  readonly learntToFill: boolean;
  /** True where it draws hardly anything but a few things: no ground, so that it is to change as little as it can of what goes on. */
  readonly drawsOnlySuggestions?: boolean;
}

/** How strongly such a model paints, 0 … 1. */
export function fillStrength({ strength }: FillRow, { steps, learntToFill, drawsOnlySuggestions }: Painter): number {
  if (learntToFill || strength === 1) return 1;
  return Math.max(drawsOnlySuggestions ? 0 : strength, Math.min(1, LEAST_STEPS / steps));
}
