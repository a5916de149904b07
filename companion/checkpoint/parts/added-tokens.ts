import { Problem } from "../../../shared/problem.ts";
import type { AddedToken } from "../../tokenizer/chat-tokenizer.ts";
import { asObject } from "./tokenizer-folder.ts";

/** Of Qwen's, a few dozen; of Mistral's, a thousand. */
const MAX_ADDED = 4096;

/** A tokenizer's marks, as tokenizer.json lists them. Throws Problem "config-invalid". `label`: the folder, for messages. */
export function addedTokens(listed: unknown, label: string): AddedToken[] {
  const added: readonly unknown[] = Array.isArray(listed) ? listed : [];
  if (added.length > MAX_ADDED)
    throw new Problem("config-invalid", `"${label}" adds ${added.length} tokens, where ${MAX_ADDED} are allowed.`);
  return added.map((token) => addedToken(token, label));
}

function addedToken(value: unknown, label: string): AddedToken {
  const { id, content, ...flags } = asObject(value, label);
  const isText = typeof content === "string" && content !== "" && content.length <= 100;
  if (!isText || !Number.isInteger(id) || (id as number) < 0 || (id as number) >= 1 << 24)
    throw new Problem("config-invalid", `"${label}" adds a token that is none: download the model again.`);
  const flag = (name: string) => flags[name] === true;
  return {
    ...{ id: id as number, content, normalized: flag("normalized"), special: flag("special") },
    ...{ lstrip: flag("lstrip"), rstrip: flag("rstrip") },
  };
}
