import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { WeightRef } from "../../graph/weights.ts";

/** Tensors under the names that a network asks for, where a file has them under others. */
export class RenamedRefs extends Map<string, WeightRef> {
  /** Throws Problem "weights-leftover" where another tensor has the name already: one of two would be lost without a word. */
  override set(name: string, ref: WeightRef): this {
    const twin = this.get(name);
    if (twin === undefined || twin === ref) return super.set(name, ref);
    throw new Problem(
      "weights-leftover",
      `"${path.basename(ref.file)}" holds one tensor twice, in two spellings ("${twin.key.slice(0, 120)}" and "${ref.key.slice(0, 120)}"): it was put together wrongly, so use the file that it was made of.`,
    );
  }
}
