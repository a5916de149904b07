/** What references need, of all that is here: for a UNet an IP-Adapter and its image encoder, for FLUX.1 Redux and its SigLIP. */
import { Problem } from "../../shared/problem.ts";
import type { ModelInfo, ModelProblem } from "../../shared/protocol.ts";
import { attentionWidths } from "../networks/blocks/image-attentions.ts";
import type { UNetConfig } from "../networks/configs.ts";
import { type AnyMeasures, isTransformer } from "../opening/measures.ts";
import { transformerFamily } from "../opening/transformer-families.ts";
import type { Finding } from "./inspect.ts";
import type { Found } from "./look.ts";

export interface ReferenceFiles {
  readonly adapter: string;
  readonly imageEncoder: string;
  /** Where it is FLUX.1 Redux. */
  readonly redux?: NonNullable<ModelInfo["redux"]>;
}

/** Plain adapters come first: of the others some are for faces only, which no tensor of theirs says. */
const BY_KIND = { plain: 0, plus: 1, full: 2 } as const;

type Parts = ReturnType<typeof referenceParts>;

export function referenceParts(all: readonly Found[]) {
  const of = <K extends Finding["kind"]>(kind: K) =>
    all.flatMap(({ place, finding }) =>
      finding.kind === kind ? [{ ...(finding as Extract<Finding, { kind: K }>), id: place.id }] : [],
    );
  const adapters = of("ip-adapter").sort((a, b) => BY_KIND[a.adapter.kind] - BY_KIND[b.adapter.kind]);
  return { adapters, encoders: of("image-encoder"), redux: of("redux"), siglip: of("siglip") };
}

/** Of which a model with these measures follows references; undefined where there are none. */
export function referenceFilesFor(parts: Parts, measures: AnyMeasures): ReferenceFiles | undefined {
  if (!isTransformer(measures)) return forUNet(parts, measures.unet);
  const width = transformerFamily(measures.family).referenceWidth?.(measures.config);
  for (const redux of parts.redux) {
    const encoder = encoderOf(redux, parts);
    const { id, path: adapter, gives, licence } = redux;
    if (gives === width && encoder !== undefined)
      return { adapter, imageEncoder: encoder, redux: { id, name: "FLUX.1 Redux", licence } };
  }
  return undefined;
}

function forUNet({ adapters, encoders }: Parts, unet: UNetConfig): ReferenceFiles | undefined {
  const [context, widths] = [unet.cross_attention_dim[0], String(attentionWidths(unet))];
  for (const { path: file, adapter } of adapters) {
    if (adapter.crossAttentionDim !== context || String(adapter.widths) !== widths) continue;
    const encoder = encoders.find((one) => one.widths[adapter.kind] === adapter.embeddingDim);
    if (encoder) return { adapter: file, imageEncoder: encoder.path };
  }
  return undefined;
}

/** Its own, or one of its width. */
const encoderOf = ({ encoder, reads }: Parts["redux"][number], { siglip }: Parts): string | undefined =>
  encoder ?? siglip.find(({ width }) => width === reads)?.path;

/** Halves of Redux whose other half is not here, each with where to get that. */
export function halvesMissing(parts: Parts): ModelProblem[] {
  const lacks = (name: string, says: string): ModelProblem => ({
    name,
    problem: new Problem("weights-missing", `"${name}" ${says} into the models folder.`).toJSON(),
  });
  return [
    ...parts.redux
      .filter((redux) => encoderOf(redux, parts) === undefined)
      .map(({ id }) =>
        lacks(
          id,
          'is FLUX.1 Redux, which looks at references with SigLIP: put "sigclip_vision_patch14_384.safetensors" of Comfy-Org/sigclip_vision_384',
        ),
      ),
    ...parts.siglip
      .filter(({ width }) => parts.redux.every(({ reads, encoder }) => reads !== width || encoder !== undefined))
      .map(({ id }) =>
        lacks(
          id,
          'is SigLIP, which FLUX.1 Redux looks at references with: put "flux1-redux-dev.safetensors" of black-forest-labs/FLUX.1-Redux-dev',
        ),
      ),
  ];
}
