/** A whole model in one file, in the layout of the original code (LDM for versions 1 and 2, SGM for XL). */
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import { createClipTokenizer } from "../tokenizer/clip-tokenizer.ts";
import { clipVocabulary } from "../tokenizer/clip-vocabulary.ts";
import { type Component, fingerprintOf, largestNumber, type Refs, RenamedStore, refsUnder } from "./component.ts";
import { type Family, type TextEncoderPlace, UNET_PREFIX, VAE_PREFIX } from "./families.ts";
import { describe, identify } from "./identify.ts";
import { isIgnorable } from "./ignorable.ts";
import { predictionOf } from "./ldm/prediction.ts";
import { renameClipText, renameOpenClip } from "./ldm/text-keys.ts";
import { textConfigFromShapes } from "./ldm/text-shapes.ts";
import { renameLdmUNet } from "./ldm/unet-keys.ts";
import { unetConfigFromShapes } from "./ldm/unet-shapes.ts";
import { renameVae } from "./ldm/vae-keys.ts";
import { vaeConfigFromShapes } from "./ldm/vae-shapes.ts";
import { refuseLeftovers } from "./leftovers.ts";
import { modelKind } from "./model-kind.ts";
import type { Model, TextEncoder } from "./model-record.ts";
import { type OpenOptions, openSafetensors, type SafetensorsFile } from "./safetensors.ts";

/**
 * Opens a single file of any family in `families.ts`. Throws Problem "model-unsupported" (naming what the file is instead),
 * "weights-missing", "weights-leftover", "config-invalid", and as `openSafetensors`.
 */
export function openSingleFile(file: string, options: OpenOptions = {}): Model {
  const store = openSafetensors(file, options);
  const family = wholeModel(store);
  const { scheduler, nativeSize } = predictionOf(store, family);
  const parts = new Parts(store);

  const vaeRefs = parts.take(VAE_PREFIX, renameVae);
  if (vaeRefs.size === 0)
    throw new Problem(
      "weights-missing",
      `"${store.origin}" holds no autoencoder (VAE): use the version that includes it.`,
    );
  const vae = parts.component(
    vaeRefs,
    vaeConfigFromShapes(vaeRefs, { origin: store.origin, nativeSize, ...family.vae }),
  );
  const textEncoders = family.textEncoders.map((place) => textEncoder(place, parts));
  const unetRefs = parts.take(UNET_PREFIX, renameLdmUNet);
  const unet = parts.component(
    unetRefs,
    unetConfigFromShapes(unetRefs, {
      family,
      origin: store.origin,
      nativeSize,
      vaeFactor: 2 ** (vae.config.block_out_channels.length - 1),
      pooledWidth: textEncoders.at(-1)!.component.config.projection_dim,
    }),
  );
  parts.refuseRest();

  const settings = {
    forceZerosForEmptyPrompt: family.forceZerosForEmptyPrompt,
    requiresAestheticsScore: family.timeIds === 5,
  };
  return {
    path: path.resolve(file),
    family: family.id,
    kind: modelKind(
      { unet: unet.config, vae: vae.config, text: textEncoders.map(({ component }) => component.config), settings },
      store.origin,
    ),
    unet,
    vae,
    textEncoders,
    schedulerConfig: scheduler,
    settings,
    metadata: store.metadata,
    nativeSize,
    fingerprint: fingerprintOf([store.fingerprint, family.id]),
    verifyUnchanged: () => store.verifyUnchanged(),
  };
}

function wholeModel(store: SafetensorsFile): Family {
  const found = identify(store);
  if (found.kind === "model") return found.family;
  const use = found.kind === "other" ? found.use : "choose the model that it belongs to";
  throw new Problem(
    "model-unsupported",
    `"${store.origin}" is ${describe(store)}, not a model that can draw by itself: ${use}.`,
  );
}

function textEncoder(place: TextEncoderPlace, parts: Parts): TextEncoder {
  const refs = parts.take(place.prefix, place.kind === "clip" ? renameClipText : renameOpenClip);
  if (!place.projection) for (const key of refs.keys()) if (key.startsWith("text_projection.")) refs.delete(key);
  if (place.reads === "penultimate") dropLastLayer(refs);
  const component = parts.component(refs, textConfigFromShapes(refs, place, parts.store.origin));
  const tokenizer = createClipTokenizer({
    ...clipVocabulary(),
    maxLength: component.config.max_position_embeddings,
    ...(place.kind === "open-clip" ? { pad: { content: "!" } } : {}),
  });
  if (component.config.vocab_size < tokenizer.vocabSize)
    throw new Problem(
      "config-invalid",
      `"${parts.store.origin}" has a vocabulary of ${component.config.vocab_size} words, where CLIP's has ${tokenizer.vocabSize}: use its diffusers folder, which brings its own.`,
    );
  return { component, tokenizer };
}

function dropLastLayer(refs: Refs): void {
  const last = largestNumber(refs.keys(), /^text_model\.encoder\.layers\.(\d+)\./);
  for (const key of refs.keys()) if (key.startsWith(`text_model.encoder.layers.${last}.`)) refs.delete(key);
}

/** The file's tensors, handed out once. */
class Parts {
  readonly store: SafetensorsFile;
  readonly #rest: Set<string>;

  constructor(store: SafetensorsFile) {
    this.store = store;
    this.#rest = new Set([...store.keys()].filter((key) => !isIgnorable(key)));
  }

  /** The tensors under `prefix`, renamed. What no rule renames is refused. */
  take(prefix: string, rename: (refs: Refs) => { refs: Refs; unknown: string[] }): Refs {
    const taken: Refs = new Map();
    for (const [key, ref] of refsUnder(this.store, prefix)) if (this.#rest.delete(prefix + key)) taken.set(key, ref);
    const { refs, unknown } = rename(taken);
    refuseLeftovers(
      unknown.map((key) => prefix + key),
      this.store.origin,
    );
    return refs;
  }

  component<C>(refs: Refs, config: C): Component<C> {
    return { config, weights: new RenamedStore(this.store.origin, refs, [this.store]) };
  }

  refuseRest(): void {
    refuseLeftovers([...this.#rest], this.store.origin);
  }
}
