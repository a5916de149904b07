/**
 * `npm run bench -- --only recognition`: whether the starter's subjects are recognised in pictures of the fast format as often as
 * in exact ones. Its image encoder names each picture by the subject that it is nearest to: the mean of three exact pictures of
 * other seeds.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { cosine } from "../../shared/cosine.ts";
import { decodeImage } from "../image/decode.ts";
import { meanOf, subjectFeatures } from "../pipeline/likeness/subject-features.ts";
import { openStudio, type PipelineStudio } from "../pipeline/open-studio.ts";
import { packageRoot } from "../root.ts";
import { cpuDevice } from "../runtime/device.ts";
import { drawWithStarter } from "./draw-with-starter.ts";
import { report, UNMET } from "./report.ts";

/** The first of those that the panel suggests. */
const SUBJECTS = 32;
const KNOWN_SEEDS = [1, 2, 3];
const SEEDS = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109];
const FORMATS = { exact: {}, fast: { quantize: "int8" } } as const;
type Format = keyof typeof FORMATS;

/** Resolves to the exit code. `narrowFolder`: where rounded weights are kept. */
export async function runRecognition(narrowFolder: string): Promise<number> {
  const starter = path.join(packageRoot(), "starter", "weights");
  const suggested: readonly string[] = JSON.parse(readFileSync(path.join(starter, "suggestions.json"), "utf8"));
  const subjects = suggested.slice(0, SUBJECTS);
  const studio = openStudio({ device: cpuDevice(), library: { resolve: () => starter }, narrowFolder });
  try {
    const look = await looker(studio);
    const known = new Map<string, Float64Array>();
    for (const prompt of subjects) {
      const seen: Float64Array[] = [];
      for (const seed of KNOWN_SEEDS) seen.push(await look({ prompt, seed }));
      known.set(prompt, meanOf(seen));
    }
    const right: Record<Format, number> = { exact: 0, fast: 0 };
    let together = 0;
    for (const prompt of subjects) {
      const found: Record<Format, number> = { exact: 0, fast: 0 };
      for (const seed of SEEDS) {
        const exact = await look({ prompt, seed, ...FORMATS.exact });
        const fast = await look({ prompt, seed, ...FORMATS.fast });
        if (nearest(exact, known) === prompt) found.exact++;
        if (nearest(fast, known) === prompt) found.fast++;
        together += cosine(exact, fast);
      }
      for (const format of ["exact", "fast"] as const) right[format] += found[format];
      report(prompt, `exact ${found.exact} of ${SEEDS.length}, fast ${found.fast}`);
    }
    const all = subjects.length * SEEDS.length;
    report("Recognised", `exact ${right.exact} of ${all}, fast ${right.fast} of ${all}`);
    report("Cosine of an exact picture and the fast one of its seed, on average", (together / all).toFixed(3));
    return right.fast >= right.exact ? 0 : UNMET;
  } finally {
    await studio.close();
  }
}

/** What the starter's encoder sees in a picture that is asked for. */
async function looker(studio: PipelineStudio) {
  const encoder = await studio.openJudge("starter");
  return async (asked: Readonly<Record<string, unknown>>): Promise<Float64Array> =>
    subjectFeatures(await decodeImage(await drawWithStarter(studio, asked)), encoder, studio);
}

function nearest(features: Float64Array, known: ReadonlyMap<string, Float64Array>): string {
  let best = { name: "", cosine: Number.NEGATIVE_INFINITY };
  for (const [name, each] of known) {
    const found = cosine(features, each);
    if (found > best.cosine) best = { name, cosine: found };
  }
  return best.name;
}
