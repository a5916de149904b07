/** Which families of models an add-on goes with: it is put to the published models of each, as its use puts it to a model. */
import { Problem } from "../../shared/problem.ts";
import type { AddOnInfo } from "../../shared/protocol.ts";
import { FAMILIES, type Family, familyOf } from "../checkpoint/identify/families.ts";
import { type AnyMeasures, isTransformer } from "../opening/measures.ts";
import type { WholeAddOn } from "../opening/open-add-on.ts";
import { publishedMeasures } from "../opening/published.ts";
import { publishedTransformers, TRANSFORMERS } from "../opening/transformer-families.ts";

type Id = Family["id"];

/** Words in which files name their base: ModelSpec's `modelspec.architecture`, kohya's `ss_base_model_version`. */
const BY_CLAIM: readonly (readonly [RegExp, readonly Id[]])[] = [
  [/refiner/i, ["sdxl-refiner"]],
  [/xl/i, ["sdxl"]],
  [/stable-diffusion-v1|^sd_?(?:v)?1/i, ["sd1"]],
  [/stable-diffusion-v2|^sd_?(?:v)?2/i, ["sd2"]],
];

/** How the published tiny autoencoders are called, whose tensors are alike (github.com/madebyollin). */
const TINY: readonly (readonly [RegExp, readonly Id[]])[] = [
  [/taesdxl/i, ["sdxl", "sdxl-refiner"]],
  [/taesd(?!\d)/i, ["sd1", "sd2"]],
];

/** What the file, or what lies beside it, says of itself. */
export interface Claims {
  readonly metadata: ReadonlyMap<string, string>;
  /** An autoencoder's scale of the latents, the only thing in which the families' differ. */
  readonly scalingFactor?: unknown;
  /** A tiny autoencoder's place. */
  readonly tinyAt?: string;
}

/** Those of Stable Diffusion that it fits: all of them where its shapes do not tell. */
export function fittingFamilies(addOn: WholeAddOn): Id[] {
  if (addOn.own) return [];
  const all = FAMILIES.filter(({ id }) => publishedMeasures(id).some((one) => !misfitOf(addOn, one)));
  const alike = all.filter(({ textEncoders }) => textEncoders.length === addOn.texts);
  return (alike.length > 0 ? alike : all).map(({ id }) => id);
}

/** Those that it is for. Empty where neither shapes nor words tell. */
export function familiesOf(fitting: readonly Id[], { metadata, scalingFactor, tinyAt }: Claims): AddOnInfo["families"] {
  // What a file says of itself only chooses among what its shapes allow.
  const narrowed = [scaledBy(scalingFactor), claimOf(metadata), tinyFor(tinyAt)].reduce<readonly Id[]>((left, clue) => {
    const agreed = left.filter((id) => clue.includes(id));
    return agreed.length > 0 ? agreed : left;
  }, fitting);
  return narrowed.length === FAMILIES.length ? [] : narrowed.map((id) => ({ id, name: familyOf(id).name }));
}

const scaledBy = (factor: unknown): Id[] =>
  FAMILIES.filter(({ vae }) => vae.scaling_factor === factor).map(({ id }) => id);

const tinyFor = (place: string | undefined): readonly Id[] =>
  TINY.find(([name]) => place !== undefined && name.test(place))?.[1] ?? [];

function claimOf(metadata: ReadonlyMap<string, string>): readonly Id[] {
  const claims = [metadata.get("modelspec.architecture"), metadata.get("ss_base_model_version")];
  return (
    claims.flatMap((claim) => BY_CLAIM.filter(([words]) => claim !== undefined && words.test(claim)))[0]?.[1] ?? []
  );
}

export interface NamedMeasures {
  /** Of the model, or of the family. */
  readonly name: string;
  readonly measures: AnyMeasures;
}

/**
 * Why it goes with none of these models, as its use says it, by the likeliest: the first whose text is as wide as its own, or else
 * the first. Undefined where it goes with one.
 */
export function misfitWithAll(addOn: WholeAddOn, models: readonly NamedMeasures[]): Problem | undefined {
  const alike = models.filter(({ measures }) => (isTransformer(measures) ? measures.family : undefined) === addOn.own);
  const misfits = alike.map(({ name, measures }) => ({ name, measures, problem: misfitOf(addOn, measures) }));
  if (misfits.some(({ problem }) => !problem)) return undefined;
  const likely = misfits.find(
    ({ measures }) => !isTransformer(measures) && measures.unet.cross_attention_dim[0] === addOn.textWidth,
  );
  const { name, problem } = (likely ?? misfits[0])!;
  return new Problem(problem!.code, `No model here takes this. With ${name}: ${problem!.message}`);
}

/** The first model of each family of Stable Diffusion, and every transformer. */
export const publishedModels = (): NamedMeasures[] => [
  ...FAMILIES.map(({ id, name }) => ({ name, measures: publishedMeasures(id)[0]! })),
  ...TRANSFORMERS.flatMap((family) =>
    publishedTransformers(family).map((measures) => ({ name: family.name, measures })),
  ),
];

function misfitOf(addOn: WholeAddOn, measures: AnyMeasures): Problem | undefined {
  try {
    if (addOn.own) {
      if (isTransformer(measures)) addOn.refuseOther(measures);
    } else if (!isTransformer(measures)) addOn.refuseOther(measures);
    return undefined;
  } catch (error) {
    return Problem.from(error);
  }
}
