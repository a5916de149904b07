import type { TextEncoder } from "../checkpoint/model.ts";
import { clipTextGraph } from "../networks/clip-text.ts";
import type { Network } from "./network.ts";

export const clipNetwork = ({ component: { config, weights } }: Pick<TextEncoder, "component">): Network => ({
  weights,
  build: (w, options) => clipTextGraph(config, w, { batch: 1, tokens: 1 }, options),
});
