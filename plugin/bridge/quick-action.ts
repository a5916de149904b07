/** What Figma's quick actions give to the command "generate". */
import * as v from "valibot";
import { REQUEST_LIMITS } from "../../shared/request-schema.ts";

/** That one press of a button makes of one layer. */
export const MOST_PICTURES = 4;

/** Parameters as the manifest names them; one that was left out is absent, or null. */
export const quickAction = v.object({
  prompt: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(REQUEST_LIMITS.promptCharacters)),
  count: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_PICTURES))),
});
export type QuickAction = v.InferOutput<typeof quickAction>;
