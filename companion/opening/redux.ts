/** FLUX.1 Redux and its SigLIP, whole by their headers. */
import { Problem } from "../../shared/problem.ts";
import type { OpenOptions } from "../checkpoint/files/safetensors.ts";
import { openRedux, type Redux } from "../checkpoint/parts/redux.ts";
import { openSiglip, type SiglipEncoder, type SiglipOptions } from "../checkpoint/parts/siglip.ts";
import { DIALECTS } from "../graph/dialect.ts";
import type { Flux1Config } from "../networks/configs.ts";
import { reduxGraph } from "../networks/redux.ts";
import { siglipVisionGraph } from "../networks/siglip-vision.ts";
import { buildWhole } from "./build-whole.ts";
import { refuseOtherRedux } from "./fit.ts";

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

/** Paths of Redux and of a SigLIP. */
interface ReduxFiles {
  readonly adapter: string;
  readonly imageEncoder: string;
}

export interface ReduxPlaces {
  /** What a reference names. */
  readonly named: Partial<ReduxFiles>;
  /** What the library has for the model. */
  readonly found: ReduxFiles | undefined;
}

export interface OpenedRedux {
  readonly redux: Redux;
  readonly encoder: SiglipEncoder;
  readonly files: { readonly redux: string; readonly encoder: string };
}

/**
 * Both, for a transformer: what a reference names, or else, of SigLIP, the one in Redux' own folder, or else the library's. Throws
 * as `openWholeRedux` and `openWholeSiglip`, and Problem "model-not-found", "adapter-mismatch".
 */
export function openFittingRedux(
  transformer: Pick<Flux1Config, "joint_attention_dim">,
  { named, found }: ReduxPlaces,
  options: OpenOptions,
): OpenedRedux {
  const place = named.adapter ?? found?.adapter;
  if (place === undefined)
    throw new Problem(
      "model-not-found",
      "References of FLUX.1 need FLUX.1 Redux: put flux1-redux-dev.safetensors of black-forest-labs/FLUX.1-Redux-dev, and sigclip_vision_patch14_384.safetensors of Comfy-Org/sigclip_vision_384, into the models folder.",
    );
  const redux = openWholeRedux(place, options);
  const [chosen, near] = [named.imageEncoder, found?.imageEncoder].map((file) => file && { path: file });
  const beside = chosen ?? redux.encoder ?? near;
  if (!beside)
    throw new Problem(
      "model-not-found",
      "FLUX.1 Redux looks at references with SigLIP, which is not there: put sigclip_vision_patch14_384.safetensors of Comfy-Org/sigclip_vision_384 into the models folder.",
    );
  const { path: seenBy, ...processor } = beside;
  const encoder = openWholeSiglip(seenBy, { ...options, ...processor });
  refuseOtherRedux(redux, encoder, transformer);
  return { redux, encoder, files: { redux: place, encoder: seenBy } };
}
