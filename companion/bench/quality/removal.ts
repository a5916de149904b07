/**
 * How well a Fill without words goes on with what is around, by the starter model: a red disc lies on a known ground and is filled, as
 * it was before there were kinds of Fill and as the panel asks for it now. What is there instead is held against the ground.
 */
import path from "node:path";
import { FILL_ROWS, type FillRow, fillStrength } from "../../../shared/fill-kinds.ts";
import type { Mask } from "../../../shared/mask.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import type { Region } from "../../../shared/request.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { decodeImage } from "../../image/decode.ts";
import { encodePng } from "../../image/encode.ts";
import { generate } from "../../pipeline/generate.ts";
import { openStudio, type PipelineStudio } from "../../pipeline/open-studio.ts";
import { packageRoot } from "../../root.ts";
import { cpuDevice } from "../../runtime/device.ts";
import { GROUNDS, type Ground, pictureOf, SHAPES, SIZE } from "./grounds.ts";
import { seamOf } from "./measure.ts";

const SEEDS = [1, 2, 3, 4];
const RED = [200, 40, 30, 255];
/** Pixels: smaller than the mask, so that it is covered. */
const RADIUS = 85;
/** Squares that are compared, pixels a side; at least the ground's grain. */
const SQUARE = 8;
/** The starter's own settings, and the panel's. */
const REQUEST = { model: "starter", prompt: "", promptSyntax: "a1111", steps: 15, guidanceScale: 4 } as const;
const REGION: Region = { detail: 0.5, colorMatch: true, edge: "soft", seam: "membrane" };

interface Way {
  readonly name: string;
  readonly strength: number;
  readonly region: Region;
}

const asRow = (name: string, row: FillRow, drawsOnlySuggestions: boolean): Way => ({
  ...{ name, strength: fillStrength(row, { ...REQUEST, learntToFill: false, drawsOnlySuggestions }) },
  region: { ...REGION, infill: row.infill, ...(row.surroundings && { surroundings: row.surroundings }) },
});

const WAYS: readonly Way[] = [
  { name: "before", strength: 1, region: REGION },
  asRow("now", FILL_ROWS.remove, true),
  asRow("“remove” of any model", FILL_ROWS.remove, false),
  asRow("“continue” of any model", FILL_ROWS.continue, false),
];

interface Measured {
  /** Mean difference of squares under the mask, levels of 255. */
  readonly error: number;
  readonly step: number;
  /** Pixels outside of the mask that changed. */
  readonly outside: number;
}

/** Prints the table of docs/fill.md. */
export async function tellRemovals(): Promise<void> {
  const starter = path.join(packageRoot(), "starter", "weights");
  const studio = openStudio({ device: cpuDevice(), library: { resolve: () => starter } });
  try {
    console.log(
      "\nA red disc taken off, no words, starter model: mean error (largest step) in levels of 255; pixels outside",
    );
    console.log(`| ground | ${WAYS.map(({ name }) => name).join(" | ")} |`);
    console.log(`|---|${WAYS.map(() => "---|").join("")}`);
    for (const ground of GROUNDS) {
      const cells: string[] = [];
      for (const way of WAYS) cells.push(written(await removalOf(ground, way, { studio, seeds: SEEDS })));
      console.log(`| ${ground.name} | ${cells.join(" | ")} |`);
    }
  } finally {
    await studio.close();
  }
}

const written = ({ error, step, outside }: Measured) => `${error.toFixed(1)} (${step.toFixed(0)}); ${outside}`;

interface Trials {
  readonly studio: PipelineStudio;
  readonly seeds: readonly number[];
}

/** The mean of all seeds, and all pixels outside. */
async function removalOf(ground: Ground, { strength, region }: Way, { studio, seeds }: Trials): Promise<Measured> {
  const { mask } = SHAPES.find(({ name }) => name.startsWith("disc"))!;
  const truth = pictureOf(ground, 0);
  const images = new Map([
    ["image", await encodePng(withDisc(truth))],
    ["mask", await encodePng(white(mask))],
  ]);
  let [error, step, outside] = [0, 0, 0];
  for (const seed of seeds) {
    const request = parseRequest({ ...REQUEST, seed, strength, image: "image", mask: "mask", region });
    const made = await paint(generate(request, images, studio));
    const seam = seamOf(made, truth, { mask, grain: ground.grain });
    error += errorOf(made, truth, { mask, side: Math.max(ground.grain, SQUARE) }) / seeds.length;
    step += seam.step / seeds.length;
    outside += seam.outside;
  }
  return { error, step, outside };
}

async function paint(events: ReturnType<typeof generate>): Promise<PixelImage> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return decodeImage(value.png);
  }
}

function withDisc(ground: PixelImage): PixelImage {
  const data = ground.data.slice();
  for (let y = 0; y < SIZE.height; y++)
    for (let x = 0; x < SIZE.width; x++)
      if (Math.hypot(x - SIZE.width / 2, y - SIZE.height / 2) < RADIUS) data.set(RED, 4 * (y * SIZE.width + x));
  return { ...ground, data };
}

function white(mask: Mask): PixelImage {
  const data = new Uint8Array(mask.data.length * 4).fill(255);
  mask.data.forEach((value, i) => {
    data[4 * i + 3] = value;
  });
  return { ...SIZE, data };
}

/** Of the means of all squares that lie in the mask, over the three channels. */
function errorOf(made: PixelImage, truth: PixelImage, { mask, side }: { mask: Mask; side: number }): number {
  const { width, height } = SIZE;
  let [sum, squares] = [0, 0];
  for (let top = 0; top + side <= height; top += side)
    for (let left = 0; left + side <= width; left += side) {
      const pixels = Array.from(
        { length: side ** 2 },
        (_, i) => (top + Math.floor(i / side)) * width + left + (i % side),
      );
      if (pixels.some((i) => mask.data[i] === 0)) continue;
      squares++;
      for (let c = 0; c < 3; c++) {
        const off = pixels.reduce((total, i) => total + made.data[4 * i + c]! - truth.data[4 * i + c]!, 0);
        sum += Math.abs(off) / (3 * side ** 2);
      }
    }
  return sum / squares;
}
