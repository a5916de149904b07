/** `npm run bench -- --only around`: what a Fill of 512 × 512 takes in the engine besides its networks, in processor-bound pieces, each the median of several. */
import type { PixelImage } from "../../shared/pixels.ts";
import { parseRequest } from "../../shared/validate.ts";
import { encodePng } from "../image/encode.ts";
import { generate } from "../pipeline/generate.ts";
import { openStudio } from "../pipeline/open-studio.ts";
import { measureSpans, type Span } from "../profile/spans.ts";
import type { Device } from "../runtime/device.ts";
import { report } from "./report.ts";

const RUNS = 20;
const SIDE = 512;

/** Resolves to the exit code. */
export async function runAround(place: string, device: Device): Promise<number> {
  const studio = openStudio({ device, library: { resolve: () => place }, names: "paths" });
  const images = new Map([
    ["image", await encodePng(picture((x, y) => [x / 2, y / 2, ((x * 7919 + y * 104729) % 61) * 4, 255]))],
    ["mask", await encodePng(picture((x, y) => [0, 0, 0, Math.hypot(x - 256, y - 256) < 180 ? 255 : 0]))],
  ]);
  const request = parseRequest({
    ...{ model: place, prompt: "red apple", seed: 1, steps: 2, image: "image", mask: "mask" },
    region: { detail: 0.5, colorMatch: true, edge: "soft", seam: "membrane", infill: "patchmatch" },
  });
  const rows: Map<string, number>[] = [];
  try {
    for (let run = 0; run <= RUNS; run++) {
      const row = new Map<string, number>();
      const add = (name: string, ms: number) => row.set(name, (row.get(name) ?? 0) + ms);
      let networks = 0;
      measureSpans("bench", ({ name, category, lasts }: Span) => {
        if (category === "network") networks += lasts / 1000;
        else if (category === "picture") add(name, lasts / 1000);
      });
      const begin = performance.now();
      for await (const _ of generate(request, images, studio)) void _;
      add("all but the networks", performance.now() - begin - networks);
      // The first opens everything and warms every path.
      if (run > 0) rows.push(row);
    }
  } finally {
    await studio.close();
  }
  for (const name of rows[0]!.keys()) {
    const times = rows.map((row) => row.get(name) ?? 0).sort((a, b) => a - b);
    report(name, `${times[times.length >> 1]!.toFixed(1)} ms (least ${times[0]!.toFixed(1)})`);
  }
  return 0;
}

function picture(at: (x: number, y: number) => readonly number[]): PixelImage {
  const data = new Uint8Array(4 * SIDE * SIDE);
  for (let y = 0; y < SIDE; y++) for (let x = 0; x < SIDE; x++) data.set(at(x, y), 4 * (y * SIDE + x));
  return { width: SIDE, height: SIDE, data };
}
