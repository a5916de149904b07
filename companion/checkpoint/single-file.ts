/** A whole model in one file, in the layout of the original code (LDM for versions 1 and 2, SGM for XL). */
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import { createClipTokenizer } from "../tokenizer/clip-tokenizer.ts";
import { clipVocabulary } from "../tokenizer/clip-vocabulary.ts";
import { readBeside } from "./files/beside.ts";
import { type Component, fingerprintOf, largestNumber, type Refs, RenamedStore, refsUnder } from "./files/component.ts";
import { type OpenOptions, openSafetensors, type SafetensorsFile } from "./files/safetensors.ts";
import { type Family, type TextEncoderPlace, UNET_PREFIX, VAE_PREFIX } from "./identify/families.ts";
import { describe, identify } from "./identify/identify.ts";
import { isIgnorable } from "./identify/ignorable.ts";
import { refuseLeftovers } from "./identify/leftovers.ts";
import { predictionOf } from "./ldm/prediction.ts";
import { renameClipText, renameOpenClip } from "./ldm/text-keys.ts";
import { textConfigFromShapes } from "./ldm/text-shapes.ts";
import { renameLdmUNet } from "./ldm/unet-keys.ts";
import { unetConfigFromShapes } from "./ldm/unet-shapes.ts";
import { renameVae } from "./ldm/vae-keys.ts";
import { vaeConfigFromShapes } from "./ldm/vae-shapes.ts";
import { modelKind } from "./parts/model-kind.ts";
import type { TextEncoder, UNetModel } from "./parts/model-record.ts";
import { openVae, refuseUnknownGroups } from "./parts/vae.ts";

export interface SingleFileOptions extends OpenOptions {
  /** File or folder of the autoencoder for a file that holds none. */
  readonly vae?: string;
}

/**
 * Opens a single file of any family in `families.ts`, with what lies beside it (see beside.ts). Throws Problem
 * "model-unsupported" (naming what the file is instead), "weights-missing", "weights-leftover", "config-invalid", and as
 * `openSafetensors`.
 */
export function openSingleFile(
  file: string,
  options: SingleFileOptions = {},
  store = openSafetensors(file, options),
): UNetModel {
  const family = wholeModel(store);
  const beside = readBeside(file, options);
  const { scheduler, nativeSize } = predictionOf(store, family, beside);
  const parts = new Parts(store);
  const vae = autoencoder(parts, { ...options, beside: beside.vae, nativeSize, family });
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
    denoiser: { architecture: "unet", ...unet },
    vae,
    textEncoders,
    schedulerConfig: scheduler,
    settings,
    metadata: store.metadata,
    nativeSize,
    fingerprint: fingerprintOf([store.fingerprint, family.id]),
    verifyUnchanged: () => {
      store.verifyUnchanged();
      if (JSON.stringify(readBeside(file, options)) !== JSON.stringify(beside))
        throw new Problem("file-changed", `What lies beside "${store.origin}" was changed: start the picture again.`);
      vae.weights.verifyUnchanged();
    },
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

interface VaeChoice extends SingleFileOptions {
  readonly beside: string | undefined;
  readonly nativeSize: number;
  readonly family: Family;
}

/** The one beside the file, or the file's own, or else the one that was chosen for it. */
function autoencoder(parts: Parts, { within, beside, vae: chosen, nativeSize, family }: VaeChoice): UNetModel["vae"] {
  const { origin } = parts.store;
  const own = parts.take(VAE_PREFIX, renameVae);
  const other = beside ?? (own.size === 0 ? chosen : undefined);
  if (other !== undefined) {
    const vae = openVae(other, family.vae, { within });
    refuseUnknownGroups(vae);
    return vae;
  }
  if (own.size > 0) return parts.component(own, vaeConfigFromShapes(own, { origin, nativeSize, ...family.vae }));
  const name = path.parse(origin).name;
  throw new Problem(
    "weights-missing",
    `"${origin}" lacks its autoencoder (VAE): choose one for the picture, or put one beside it as "${name}.vae.safetensors".`,
  );
}

function textEncoder(place: TextEncoderPlace, parts: Parts): TextEncoder {
  const prefix = place.prefixes.find((each) => parts.has(each))!;
  const refs = parts.take(prefix, place.kind === "clip" ? renameClipText : renameOpenClip);
  if (!place.projection) for (const key of refs.keys()) if (key.startsWith("text_projection.")) refs.delete(key);
  if (place.reads === "penultimate") dropLastLayer(refs);
  const component = parts.component(refs, textConfigFromShapes(refs, { ...place, prefix }, parts.store.origin));
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

  has(prefix: string): boolean {
    return [...this.#rest].some((key) => key.startsWith(prefix));
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
