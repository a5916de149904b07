import type { GenerateRequest } from "../../../shared/request.ts";
import { t } from "./language.ts";

/** In which numbers a picture is computed: "Exact", "Fast, 2.1× · tiny differences". `timesFaster`: where this computer's self-test says so. */
export function formatInWords(quantize: GenerateRequest["quantize"], timesFaster?: number): string {
  const { exact, fast, fastElsewhere, bits } = t.settings.formats;
  if (quantize === undefined) return exact;
  if (quantize !== "int8") return bits[quantize];
  return timesFaster === undefined ? fastElsewhere : fast(`${t.common.figure(timesFaster, 1)}×`);
}
