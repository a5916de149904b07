import { Problem } from "../../shared/problem.ts";

const MAX_LENGTH = 1000;
/** What is repeated, at most: the longest published pattern has 17. */
const MAX_REPEATS = 32;

/** English endings in either case, as several vocabularies have them, spelled out: not every Node knows (?i:…). */
const ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const SPELLED = "(?:'[sSſ]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";

/**
 * A file's regular expression for words, as this Node reads it. Repeated groups, which a text can be made for that takes forever,
 * are refused. Throws Problem "config-invalid". `origin`: the file, for messages.
 */
export function wordPattern(value: unknown, origin: string): string {
  const pattern = typeof value === "string" ? value.replaceAll(ENDINGS, SPELLED) : "";
  const bare = pattern.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");
  const repeats = bare.match(/[*+{]/g) ?? [];
  const isSafe =
    pattern !== "" && pattern.length <= MAX_LENGTH && repeats.length <= MAX_REPEATS && !/\)[*+{]/.test(bare);
  if (isSafe && compiles(pattern)) return pattern;
  throw new Problem(
    "config-invalid",
    `"${origin}" takes texts apart in a way that this version does not know: use the tokenizer that was published with the model.`,
  );
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, "gu").source !== "";
  } catch {
    return false;
  }
}
