/**
 * Emphasis on a chunk's embedding: every token's vector times its weight, then all of it scaled so that the mean over the
 * chunk stays what it was. `embedding` is one chunk, [tokens, width] row-major, changed in place.
 *
 * Source: AUTOMATIC1111/stable-diffusion-webui, modules/sd_emphasis.py, `EmphasisOriginal.after_transformers`.
 */
export function weighEmbedding(embedding: Float32Array, weights: readonly number[]): void {
  if (weights.every((weight) => weight === 1)) return;
  const width = embedding.length / weights.length;
  const before = mean(embedding);
  weights.forEach((weight, token) => {
    for (let i = token * width; i < (token + 1) * width; i++) embedding[i]! *= weight;
  });
  const scale = before / mean(embedding);
  for (let i = 0; i < embedding.length; i++) embedding[i]! *= scale;
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
