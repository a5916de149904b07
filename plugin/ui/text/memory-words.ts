import type { MemoryUse } from "../../../shared/memory-use.ts";
import { t } from "./language.ts";

/** From this share on it is worth a word. */
const MUCH = 1 / 2;

/** What a model takes of the memory there is, where that is much, or its weights are narrowed for it; null elsewhere. */
export function memoryWords(memory: MemoryUse | null): string | null {
  if (memory === null) return null;
  const { need, of, bits } = memory;
  return bits !== undefined || need > MUCH * of ? t.pictures.memory(need / 2 ** 30, of / 2 ** 30, bits) : null;
}
