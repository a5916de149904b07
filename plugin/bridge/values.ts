/** What the schemas of the bridge are made of. */
import * as v from "valibot";
import { PROBLEM_CODES, type ProblemCode } from "../../shared/problem.ts";

export const bytes = v.custom<Uint8Array>(
  (value) => Object.prototype.toString.call(value) === "[object Uint8Array]",
  "expected bytes",
);
export const nodeId = v.pipe(v.string(), v.minLength(1), v.maxLength(500));
export const size = v.pipe(v.number(), v.finite());
const triple = v.tuple([size, size, size]);
export const affine = v.tuple([triple, triple]);
const side = v.pipe(v.number(), v.minValue(0), v.maxValue(100_000));
/** How far something goes beyond the four edges of a layer, canvas pixels of the layer's own space. */
export const margins = v.object({ left: side, top: side, right: side, bottom: side });
export type Margins = v.InferOutput<typeof margins>;
export const rect = v.object({ x: size, y: size, width: size, height: size });
export const problem = v.object({
  code: v.picklist(Object.keys(PROBLEM_CODES) as ProblemCode[]),
  message: v.string(),
});
