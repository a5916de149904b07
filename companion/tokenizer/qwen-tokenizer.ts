/** Qwen's byte-pair encoding exactly as transformers 5 builds it (models/qwen2/tokenization_qwen2.py). */
import {
  type ChatTemplate,
  type ChatTokenizerOptions,
  createChatTokenizer,
  type MarkTokenizer,
} from "./chat-tokenizer.ts";

export type QwenTokenizerOptions = Omit<ChatTokenizerOptions, "words" | "composed" | "wholeWords" | "alone">;

/** As published, its first part spelled out: not every Node knows (?i:…). Ignoring case, s is ſ as well. */
const WORDS =
  "'[sSſ]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** One turn of a user, to be answered, after what the system says, if it says anything. */
export const chatTurn = (system = "", answer = ""): ChatTemplate => ({
  before: `${system === "" ? "" : `<|im_start|>system\n${system}<|im_end|>\n`}<|im_start|>user\n`,
  after: `<|im_end|>\n<|im_start|>assistant\n${answer}`,
});

/** What Qwen3's chat template makes of a prompt: that thinking is over, or nothing of it. */
export const QWEN3_TURN = { over: chatTurn("", "<think>\n\n</think>\n\n"), open: chatTurn() };

/** Throws Problem "config-invalid" where a token of the template is not in the vocabulary. */
export const createQwenTokenizer = (options: QwenTokenizerOptions): MarkTokenizer =>
  createChatTokenizer({ ...options, words: WORDS, composed: true, wholeWords: false });
