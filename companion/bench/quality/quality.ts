/**
 * `npm run bench:quality`: what a Fill without words makes of an object (removal.ts), then the seam of a Fill without a model. The picture is known, and the "model" paints it again with its
 * colours off by some levels (drift), with fresh noise where the ground has any; what is still off afterwards is the blend's.
 */
import type { Mask } from "../../../shared/mask.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { BLENDS, type Blend, EXPANDING } from "./blends.ts";
import { GROUNDS, type Ground, pictureOf, SHAPES, SURROUNDINGS } from "./grounds.ts";
import { type Seam, seamOf } from "./measure.ts";
import { tellRemovals } from "./removal.ts";

const DRIFTS = [0, 5, 10] as const;

/** Resolves to the exit code. */
export async function runQuality(): Promise<number> {
  await tellRemovals();
  console.log(
    "Levels of 255: step (colour shift) of the seam at a drift of 0, 5 and 10 levels; pixels changed outside",
  );
  for (const ground of GROUNDS) {
    console.log(
      `\n${ground.name}${ground.grain > 1 ? ` (step between means of ${ground.grain} × ${ground.grain})` : ""}`,
    );
    for (const { name, mask } of SHAPES)
      await printRows(`Fill, ${name}`, BLENDS, { ground, mask, known: "everywhere" });
    for (const { name, mask } of SURROUNDINGS)
      await printRows(`Expand, ${name}`, EXPANDING, { ground, mask, known: "outside the mask" });
  }
  return 0;
}

async function printRows(title: string, blends: readonly Blend[], { ground, ...trial }: { ground: Ground } & Where) {
  console.log(`  ${title}`);
  for (const blend of blends) {
    const seams = await Promise.all(DRIFTS.map((drift) => seamWith(blend, ground, { ...trial, drift })));
    console.log(`    ${blend.name.padEnd(38)}${seams.map(written).join("   ")}   ${outsideOf(seams)}`);
  }
}

interface Where {
  readonly mask: Mask;
  /** Outside the mask: under it there is nothing, as where a picture is expanded. */
  readonly known: "everywhere" | "outside the mask";
}

interface Trial extends Where {
  readonly drift: number;
}

/** Null where the way finds nothing to repair. */
export async function seamWith(blend: Blend, ground: Ground, { mask, known, drift }: Trial) {
  const before = pictureOf(ground, 0);
  const source = known === "everywhere" ? before : emptied(before, mask);
  const repaired = await blend.repair(source, mask, modelOf(before, pictureOf(ground, 1), drift));
  return repaired && seamOf(repaired, before, { mask, grain: ground.grain });
}

function emptied(picture: PixelImage, mask: Mask): PixelImage {
  const data = picture.data.slice();
  mask.data.forEach((value, i) => {
    if (value > 0) data.fill(0, i * 4, i * 4 + 4);
  });
  return { ...picture, data };
}

function modelOf(before: PixelImage, anew: PixelImage, drift: number) {
  return (drawn: Mask): PixelImage => {
    const data = before.data.slice();
    drawn.data.forEach((value, i) => {
      if (value === 0) return;
      for (let c = i * 4; c < i * 4 + 3; c++) data[c] = Math.min(anew.data[c]! + drift, 255);
    });
    return { ...before, data };
  };
}

const written = (seam: Seam | null) =>
  (seam === null ? "paints nothing" : `${seam.step.toFixed(1).padStart(5)} (${seam.shift.toFixed(1)})`).padEnd(14);

const outsideOf = (seams: readonly (Seam | null)[]) => Math.max(...seams.map((seam) => seam?.outside ?? 0));
