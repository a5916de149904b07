/** The tiny ERNIE-Image-Turbo of tests/fixtures/parity as the files that people have. */
import { appendFileSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { lettersByByte } from "../../companion/tokenizer/byte-letters.ts";
import { partOf, type Sample, type Samples } from "./klein-sample.ts";
import { headerOf, writeData, writeRaw } from "./sample.ts";

const models = path.join(__dirname, "../fixtures/parity/ernie-models");
export const ERNIE = path.join(models, "ernie");
export const ERNIE_TURBO = path.join(models, "ernie-turbo");

/** Float32. */
export const erniePart = (name: Parameters<typeof partOf>[0]): Samples => partOf(name, ERNIE_TURBO);

/** The language model alone, as ComfyUI names its tensors. */
export const ernieText = (): Samples =>
  Object.fromEntries(
    Object.entries(erniePart("text_encoder"))
      .filter(([key]) => key.startsWith("language_model."))
      .map(([key, value]) => [key.replace("language_model.", ""), value]),
  );

const HEADS = { q: 4, k: 2 } as const;

/** As llama.cpp orders the rows of queries and keys: the halves of each head in turns. */
function interleaved({ shape, data }: Sample, heads: number): Sample {
  const [rows, columns] = shape as [number, number];
  const half = rows / heads / 2;
  const bytes = 4 * columns;
  const row = (i: number) => data.subarray(i * bytes, (i + 1) * bytes);
  const ordered = Array.from({ length: rows }, (_, i) => {
    const [head, inside] = [Math.floor(i / (2 * half)), i % (2 * half)];
    return row(head * 2 * half + (inside % 2) * half + (inside >> 1));
  });
  return { shape, data: Buffer.concat(ordered) };
}

const LLAMA: readonly (readonly [RegExp, string])[] = [
  [/^model\.embed_tokens\./, "token_embd."],
  [/^model\.norm\./, "output_norm."],
  [/^model\.layers\.(\d+)\.self_attn\.([qkv])_proj\./, "blk.$1.attn_$2."],
  [/^model\.layers\.(\d+)\.self_attn\.o_proj\./, "blk.$1.attn_output."],
  [/^model\.layers\.(\d+)\.input_layernorm\./, "blk.$1.attn_norm."],
  [/^model\.layers\.(\d+)\.post_attention_layernorm\./, "blk.$1.ffn_norm."],
  [/^model\.layers\.(\d+)\.mlp\.(gate|up|down)_proj\./, "blk.$1.ffn_$2."],
];

/** The same as llama.cpp names and orders its tensors. */
export const asLlamaOfMistral = (own: Samples): Samples =>
  Object.fromEntries(
    Object.entries(own).map(([key, value]) => {
      const heads = HEADS[/self_attn\.([qk])_proj\.weight$/.exec(key)?.[1] as keyof typeof HEADS];
      const name = LLAMA.reduce((text, [pattern, by]) => text.replace(pattern, by), key);
      return [name, heads === undefined ? value : interleaved(value, heads)];
    }),
  );

interface TokenizerJson {
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
  readonly pre_tokenizer: { readonly pretokenizers: readonly { readonly pattern?: { readonly Regex: string } }[] };
}

/** tekken.json of the tiny tokenizer: its tokens' bytes by rank, and its marks. */
export function tekkenJson(): object {
  const {
    added_tokens: added,
    model,
    pre_tokenizer,
  } = JSON.parse(readFileSync(path.join(ERNIE_TURBO, "tokenizer/tokenizer.json"), "utf8")) as TokenizerJson;
  const marks = new Set(added.map(({ content }) => content));
  const byteOf = new Map(lettersByByte().map((letter, byte) => [letter, byte]));
  const tokens = Object.entries(model.vocab).filter(([token]) => !marks.has(token));
  tokens.sort(([, a], [, b]) => a - b);
  return {
    config: {
      pattern: pre_tokenizer.pretokenizers[0]!.pattern!.Regex,
      default_vocab_size: tokens.length + added.length,
      default_num_special_tokens: added.length,
    },
    vocab: tokens.map(([token], rank) => ({
      rank,
      token_bytes: Buffer.from(Array.from(token, (letter) => byteOf.get(letter)!)).toString("base64"),
      token_str: null,
    })),
    special_tokens: added.map(({ id, content }) => ({ rank: id, token_str: content, is_control: true })),
  };
}

/** A text encoder with tekken.json in a tensor, as ComfyUI writes it. */
export function writeTextWithTekken(file: string, own: Samples, tekken: object = tekkenJson()): void {
  const bytes = new TextEncoder().encode(JSON.stringify(tekken));
  const all = {
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [key, { dtype: "F32", ...value }])),
    tekken_model: { dtype: "U8", shape: [bytes.length], data: bytes },
  };
  writeRaw(file, JSON.stringify(headerOf(all).header), 0);
  for (const { data } of Object.values(all)) appendFileSync(file, data);
}

/** A models folder of ComfyUI. What no tensor of so small a model says lies beside the files. */
export function writeSplitErnie(
  root: string,
  { transformer = "ernie-image-turbo.safetensors", prefix = "" } = {},
): { readonly file: string; readonly text: string } {
  const folder = (name: string) => {
    mkdirSync(path.join(root, name), { recursive: true });
    return path.join(root, name);
  };
  const file = path.join(folder("diffusion_models"), transformer);
  const own = Object.entries(erniePart("transformer")).map(([key, value]) => [prefix + key, value]);
  writeData(file, Object.fromEntries(own), "F32");
  const text = path.join(folder("text_encoders"), "ministral-tiny.safetensors");
  writeTextWithTekken(text, ernieText());
  writeData(path.join(folder("vae"), "flux2-vae.safetensors"), erniePart("vae"), "F32");
  for (const [part, name] of [
    ["text_encoder", "text_encoders"],
    ["vae", "vae"],
  ] as const)
    cpSync(path.join(ERNIE_TURBO, part, "config.json"), path.join(root, name, "config.json"));
  return { file, text };
}
