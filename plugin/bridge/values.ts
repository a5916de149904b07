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
export const rect = v.object({ x: size, y: size, width: size, height: size });
export const problem = v.object({
  code: v.picklist(Object.keys(PROBLEM_CODES) as ProblemCode[]),
  message: v.string(),
});
