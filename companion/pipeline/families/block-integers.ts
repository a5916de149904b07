/** How transformers compute in whole numbers of 8 bits: their blocks do. */
import type { IntegerRules } from "../../opening/network.ts";

/**
 * `blocks`: what the paths of blocks begin with. What lies outside of them stays exact, as nothing averages out what it loses, and
 * it is little; and so do those layers in them that read nothing but the time (`ofTime`), which are one row high.
 */
export const blockIntegers = (blocks: readonly string[], ofTime?: RegExp): IntegerRules => ({
  sensitive: [new RegExp(`^(?!(?:${blocks.join("|")})\\.)`), ...(ofTime ? [ofTime] : [])],
  ranges: "rows",
});
