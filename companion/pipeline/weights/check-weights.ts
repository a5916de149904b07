import { isIgnorable } from "../../checkpoint/identify/ignorable.ts";
import { refuseLeftovers } from "../../checkpoint/identify/leftovers.ts";
import type { AnyModel } from "../../checkpoint/model.ts";
import type { ContentFilter } from "../../checkpoint/parts/content-filter.ts";
import type { Dialect } from "../../graph/dialect.ts";
import { type WeightStore, Weights } from "../../graph/weights.ts";
import { decoderGraph, encoderGraph } from "../../networks/autoencoder.ts";
import { contentFilterGraph } from "../../networks/content-filter.ts";
import type { Network } from "./network.ts";

/**
 * What `build` makes of a file's weights, of which none may be left over. `isOther`: keys that belong to another network.
 * Throws Problem "weights-missing", "weights-shape", "weights-leftover".
 */
export function buildWhole<T>(
  store: WeightStore,
  build: (weights: Weights) => T,
  isOther: (key: string) => boolean = () => false,
): T {
  const weights = new Weights(store);
  const built = build(weights);
  const unused = weights.unused().filter((key) => !isIgnorable(key) && !isOther(key));
  refuseLeftovers(
    unused.map((key) => store.find(key)!.key),
    store.origin,
  );
  return built;
}

/** The same for an autoencoder alone. */
export function checkVae({ config, weights }: AnyModel["vae"], dialect: Dialect): void {
  buildWhole(weights, (w) => {
    encoderGraph(config, w, { batch: 1, height: 64, width: 64 }, dialect);
    decoderGraph(config, w, { batch: 1, height: 16, width: 16 }, dialect);
  });
}

/** The same for a content filter. */
export function checkContentFilter({ config, weights }: ContentFilter, dialect: Dialect): void {
  buildWhole(weights, (w) => contentFilterGraph(config, w, { batch: 1 }, dialect));
}

/**
 * Builds every network of a model once, small and without opening it: what a file lacks, has in another shape, or has too
 * much, is known before anything runs. Takes milliseconds. Throws as `buildWhole`.
 */
export function checkNetworks(networks: readonly Network[], dialect: Dialect): void {
  for (const { weights, build } of networks) buildWhole(weights, (w) => build(w, { dialect }));
}
