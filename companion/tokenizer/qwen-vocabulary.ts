/** Qwen's own vocabulary, for split files, which bring none. */
import { mergesIn } from "./assets.ts";
import { byteLetters } from "./byte-letters.ts";
import type { AddedToken, ChatVocabulary } from "./chat-tokenizer.ts";

/** In the order of their ids, behind the others. Those in pointed brackets alone are text that only the model takes for a mark. */
const MARKS = [
  ...["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>"],
  ...["<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>"],
  ...["<|image_pad|>", "<|video_pad|>", "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>"],
  ...["<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "<tool_response>", "</tool_response>"],
  ...["<think>", "</think>"],
];

/** Qwen2.5 has the first of them alone. */
const MARKS_OF = { qwen3: MARKS, "qwen2.5": MARKS.slice(0, MARKS.indexOf("<tool_response>")) } as const;
export type QwenGeneration = keyof typeof MARKS_OF;

const loaded = new Map<QwenGeneration, ChatVocabulary>();

/** 151,643 tokens from the merges in assets/ (the 256 bytes, then the merges), and 26 marks, or 22. */
export function qwenVocabulary(generation: QwenGeneration = "qwen3"): ChatVocabulary {
  const known = loaded.get(generation) ?? readVocabulary(MARKS_OF[generation]);
  loaded.set(generation, known);
  return known;
}

function readVocabulary(marks: readonly string[]): ChatVocabulary {
  const merges = mergesIn("qwen-merges.txt.gz");
  const tokens = [...byteLetters(), ...merges.map((merge) => merge.replace(" ", ""))];
  const added = marks.map((content, i): AddedToken => {
    const common = { id: tokens.length + i, content, normalized: false, lstrip: false, rstrip: false };
    return { ...common, special: content.startsWith("<|") };
  });
  return { vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges, added, pad: "<|endoftext|>" };
}
