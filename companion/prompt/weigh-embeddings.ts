/** What a text encoder made of a chunk, [tokens, width] row-major, and each token's weight. */
export interface Weighed {
  readonly embedding: Float32Array;
  readonly weights: readonly number[];
}

/**
 * Emphasis on one chunk of everything that a prompt says in the course of a picture: every token's vector times its weight,
 * then all of it scaled so that the mean over all stays what it was. Changed in place.
 *
 * Source: AUTOMATIC1111/stable-diffusion-webui, modules/sd_emphasis.py, `EmphasisOriginal.after_transformers`.
 */
export function weighEmbeddings(chunks: readonly Weighed[]): void {
  if (chunks.every(({ weights }) => weights.every((weight) => weight === 1))) return;
  const before = sumOf(chunks);
  for (const { embedding, weights } of chunks) {
    const width = embedding.length / weights.length;
    weights.forEach((weight, token) => {
      for (let i = token * width; i < (token + 1) * width; i++) embedding[i]! *= weight;
    });
  }
  const scale = before / sumOf(chunks);
  for (const { embedding } of chunks) for (let i = 0; i < embedding.length; i++) embedding[i]! *= scale;
}

function sumOf(chunks: readonly Weighed[]): number {
  let sum = 0;
  for (const { embedding } of chunks) for (const value of embedding) sum += value;
  return sum;
}
