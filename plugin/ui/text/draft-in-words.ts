import type { GenerateRequest } from "../../../shared/request.ts";
import { formatInWords } from "./format-in-words.ts";
import { t } from "./language.ts";

/** What a draft is made with, beside what it is the draft of: "8 of 20 steps · Fast, 2.1× · tiny differences". */
export function draftInWords(
  { steps, quantize }: Pick<GenerateRequest, "steps" | "quantize">,
  whole: { readonly steps: number },
  timesFaster?: number,
): string {
  const fewer = steps < whole.steps ? [t.settings.draftSteps(steps, whole.steps)] : [];
  return [...fewer, formatInWords(quantize, timesFaster)].join(" · ");
}
