/** What a request says in words, and which adapters it names, in its prompt or beside it. */
import { Problem } from "../../../shared/problem.ts";
import type { GenerateRequest } from "../../../shared/request.ts";
import type { AnyModel } from "../../checkpoint/model.ts";
import type { Embedding } from "../../checkpoint/parts/embedding.ts";
import { expandPrompt } from "../../prompt/expand-prompt.ts";
import type { NamedEmbedding, ParsedPrompt } from "../parsed-prompt.ts";
import type { Studio } from "../studio/studio.ts";
import type { ActiveLora } from "../weights/lora-slots.ts";
import { lowered } from "./lowered.ts";

/** Throws Problem "model-not-found", "adapter-mismatch", "weights-leftover", "file-…". */
export async function parsePrompt(request: GenerateRequest, model: AnyModel, studio: Studio): Promise<ParsedPrompt> {
  const expand = request.promptSyntax === "a1111" ? expandPrompt : plainly;
  const read = (...prompts: (string | undefined)[]) =>
    prompts.filter((prompt, i) => i === 0 || prompt).map((prompt = "") => expand(prompt, request.seed));
  const positive = read(request.prompt, request.prompt2);
  const negative = read(request.negativePrompt, request.negativePrompt2);
  if (request.promptSyntax === "a1111") for (const { text } of positive) refuseComposition(text);
  // A tag among what should not be in the picture has no meaning in A1111 either: it is taken out, and no more.
  const tags = positive.flatMap(({ loras }) => loras);
  const loras = [...request.loras, ...tags.map(({ name, ...weights }) => ({ model: name, ...weights }))];
  const active: ActiveLora[] = [];
  for (const { model: name, weight, textEncoderWeight = weight } of loras)
    active.push({ plan: await studio.openLora(name, model), weight, textEncoderWeight });
  const prompt = { positive: positive.map(({ text }) => text), negative: negative.map(({ text }) => text) };
  const texts = [...prompt.positive, ...prompt.negative];
  const embeddings = await embeddingsOf(request, texts, { model, studio, bundled: bundledWith(active) });
  return { ...prompt, loras: active, embeddings };
}

/** AND joins several prompts in A1111, each with a run of the network of its own. */
function refuseComposition(text: string): void {
  if (!/(?<![\p{L}\p{N}_])AND(?![\p{L}\p{N}_])/u.test(text)) return;
  throw new Problem(
    "request-invalid",
    'Cannot compose several prompts with AND: write one prompt, or "and" in small letters where you mean the word.',
  );
}

const plainly = (text: string) => ({ text, loras: [] });

/** The words that came with LoRAs, of those that take part. */
const bundledWith = (loras: readonly ActiveLora[]): readonly Embedding[] =>
  loras.flatMap(({ plan, weight, textEncoderWeight }) =>
    weight === 0 && textEncoderWeight === 0 ? [] : plan.embeddings,
  );

interface EmbeddingSources {
  readonly model: AnyModel;
  readonly studio: Studio;
  readonly bundled: readonly Embedding[];
}

/**
 * Those that the request lists, those that came with its LoRAs, and with A1111's syntax those of the library whose names are
 * in the prompts. Of several for one word the first counts.
 */
async function embeddingsOf(
  { embeddings, promptSyntax }: GenerateRequest,
  texts: readonly string[],
  { model, studio, bundled }: EmbeddingSources,
): Promise<NamedEmbedding[]> {
  const named: NamedEmbedding[] = [];
  const isNamed = (word: string) => named.some((known) => known.name === word);
  for (const { model: place, token } of embeddings) {
    const embedding = await studio.openEmbedding(place);
    named.push({ ...embedding, token: token ?? embedding.token, name: lowered(token ?? embedding.token) });
  }
  for (const embedding of bundled) {
    const name = lowered(embedding.token);
    if (!isNamed(name)) named.push({ ...embedding, name });
  }
  if (promptSyntax === "plain") return named;
  const lower = texts.map(lowered);
  const { family } = model;
  for (const { id, name, families } of await studio.adapters("embedding", model)) {
    // Another family's word means nothing to this model; A1111 leaves such embeddings out, too.
    if (families.length > 0 && !families.includes(family)) continue;
    const word = lowered(name);
    if (isNamed(word) || !lower.some((text) => text.includes(word))) continue;
    named.push({ ...(await studio.openEmbedding(id)), name: word });
  }
  return named;
}
