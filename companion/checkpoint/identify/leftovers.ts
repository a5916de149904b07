import { Problem } from "../../../shared/problem.ts";
import { strangeEncoding } from "../files/encodings.ts";

/**
 * Refuses a model of which tensors are left over: what the networks did not ask for would be missing from the picture.
 * `keys` = `weights.unused()` after every network of the store was built. Throws Problem "weights-leftover", naming them, or
 * "model-unsupported" for those of weights in an encoding that this version cannot read.
 */
export function refuseLeftovers(keys: readonly string[], origin: string): void {
  if (keys.length === 0) return;
  const scale = strangeEncoding(keys);
  if (scale !== undefined)
    throw new Problem(
      "model-unsupported",
      `"${origin}" has "${scale.slice(0, 120)}", a scale or mark of quantised weights that this version cannot use: use its fp16 version.`,
    );
  const shown = keys.slice(0, 5).map((key) => `"${key.slice(0, 120)}"`);
  const more = keys.length > shown.length ? ` and ${keys.length - shown.length} more` : "";
  throw new Problem(
    "weights-leftover",
    `"${origin}" holds tensors that this kind of model does not have (${shown.join(", ")}${more}): it is a variant that this version cannot run.`,
  );
}
