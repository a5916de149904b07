import { refuseLeftovers } from "../../checkpoint/identify/leftovers.ts";
import { CONTROLNET_PREFIX } from "../../checkpoint/parts/controlnet.ts";
import { Weights } from "../../graph/weights.ts";
import type { UNetOptions } from "../../networks/unet.ts";
import type { Tensor } from "../../tensor.ts";
import type { Controls } from "../conditioning/control.ts";
import type { ReferenceTokens } from "../conditioning/image-encoder.ts";

/** What references and controls build into the UNet's graph, and what they feed it with. */
export interface UNetAddOns {
  /** Everything that the graph depends on. */
  readonly key: string;
  readonly options: Pick<UNetOptions, "adapters" | "controls" | "features">;
  /** To be called once the graph is built. Throws Problem "weights-leftover". */
  refuseUnused(): void;
  /** Inputs that stay the same through a picture. */
  readonly constant: Readonly<Record<string, Tensor>>;
  /** The others, at evaluation `i` of `of`. */
  feedsAt(i: number, of: number): Record<string, Tensor>;
}

export function unetAddOns(references: readonly ReferenceTokens[], { hints, features }: Controls): UNetAddOns {
  const adapters = references.map(({ adapter, tokens, masks }) => ({
    weights: new Weights(adapter),
    tokens: tokens.dims[1]!,
    reach: masks ? ("masked" as const) : ("everywhere" as const),
  }));
  const controls = hints.map(({ net }) => ({ config: net.config, weights: new Weights(net) }));
  const constant: Record<string, Tensor> = {};
  references.forEach(({ tokens, masks = [] }, i) => {
    constant[`ip_tokens.${i}`] = tokens;
    for (const [queries, mask] of masks) constant[`ip_mask.${i}.${queries}`] = mask;
  });
  hints.forEach(({ hint }, i) => {
    constant[`control_hint.${i}`] = hint;
  });
  return {
    key: [
      ...references.map(({ adapter }, i) => `+${adapter.fingerprint}:${adapters[i]!.tokens}:${adapters[i]!.reach}`),
      ...hints.map(({ net }) => `+${net.fingerprint}`),
      ...(features ? [`+features:${features.dims.map((dims) => dims.join("x"))}`] : []),
    ].join(""),
    options: {
      adapters,
      controls: controls.map(({ config, weights }) => ({ config, weights: weights.at(CONTROLNET_PREFIX) })),
      ...(features && { features: features.dims }),
    },
    refuseUnused: () => {
      adapters.forEach(({ weights }, i) => {
        const unused = weights.unused().filter((name) => !name.startsWith("image_proj."));
        const { adapter } = references[i]!;
        refuseLeftovers(
          unused.map((name) => adapter.find(name)!.key),
          adapter.origin,
        );
      });
      controls.forEach(({ weights }, i) => {
        const hint = `${CONTROLNET_PREFIX}.controlnet_cond_embedding.`;
        const unused = weights.unused().filter((name) => !name.startsWith(hint));
        const { net } = hints[i]!;
        refuseLeftovers(
          unused.map((name) => net.find(name)!.key),
          net.origin,
        );
      });
    },
    constant,
    feedsAt: (i, of) => ({
      ...Object.fromEntries(references.map(({ scalesAt }, r) => [`ip_scale.${r}`, scalesAt(i, of)])),
      ...Object.fromEntries(hints.map(({ scalesAt }, h) => [`control_scale.${h}`, scalesAt(i, of)])),
      ...Object.fromEntries((features?.at(i, of) ?? []).map((feature, k) => [`control_feature.${k}`, feature])),
    }),
  };
}
