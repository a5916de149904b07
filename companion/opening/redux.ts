/** FLUX.1 Redux and its SigLIP, whole by their headers. */
import type { OpenOptions } from "../checkpoint/files/safetensors.ts";
import { openRedux, type Redux } from "../checkpoint/parts/redux.ts";
import { openSiglip, type SiglipEncoder, type SiglipOptions } from "../checkpoint/parts/siglip.ts";
import { DIALECTS } from "../graph/dialect.ts";
import { reduxGraph } from "../networks/redux.ts";
import { siglipVisionGraph } from "../networks/siglip-vision.ts";
import { buildWhole } from "./build-whole.ts";

const { cpu: dialect } = DIALECTS;

/** Throws as `openRedux` and `buildWhole`. */
export function openWholeRedux(place: string, options: OpenOptions = {}): Redux {
  const redux = openRedux(place, options);
  buildWhole(redux.weights, (w) => reduxGraph(redux.config, w, { tokens: 1 }, { dialect }));
  return redux;
}

/** Throws as `openSiglip` and `buildWhole`. */
export function openWholeSiglip(place: string, options: SiglipOptions = {}): SiglipEncoder {
  const encoder = openSiglip(place, options);
  buildWhole(encoder.weights, (w) => siglipVisionGraph(encoder.config, w, { dialect }));
  return encoder;
}
