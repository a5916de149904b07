/** Add-ons that go with no published model may go with one that is here: a pruned one, a small one, one of other widths. */
import { Problem, type ProblemData } from "../../shared/problem.ts";
import type { OpenOptions } from "../checkpoint/files/safetensors.ts";
import type { AnyMeasures } from "../opening/measures.ts";
import { type AddOnKind, openAddOn } from "../opening/open-add-on.ts";
import { misfitWithAll, type NamedMeasures } from "./add-on-families.ts";
import type { Finding } from "./inspect.ts";
import type { Place } from "./scan.ts";

export type AddOn = Extract<Finding, { readonly kind: AddOnKind }>;

/**
 * Why no model takes it, published or installed; undefined where one does. "unknown" where it had to be opened to know, and
 * there is no time `mayOpen`.
 */
export type InstalledFit = (
  place: Place,
  finding: AddOn,
  models: readonly NamedMeasures[],
  mayOpen: boolean,
) => Promise<ProblemData | "unknown" | undefined>;

/** Looks into a file once for each set of models. `beforeOpening`: as the library is told. Never rejects. */
export function createInstalledFit(
  options: OpenOptions,
  beforeOpening: (place: Place) => Finding | undefined = () => undefined,
): InstalledFit {
  const known = new Map<
    string,
    { readonly signature: string; readonly models: string; readonly problem: ProblemData | undefined }
  >();
  /** What they are, once for all add-ons of a list. */
  let asked: { readonly models: readonly NamedMeasures[]; readonly key: string } | undefined;
  return async (place, { kind, misfit }, models, mayOpen) => {
    if (!misfit) return undefined;
    if (asked?.models !== models)
      asked = { models, key: models.map(({ name, measures }) => `${name} ${keyOf(measures)}`).join("\n") };
    const { key } = asked;
    const old = known.get(place.path);
    if (old?.signature === place.signature && old.models === key) return old.problem;
    if (!mayOpen) return "unknown";
    const refused = beforeOpening(place);
    const problem =
      refused?.kind === "problem"
        ? refused.problem
        : look(() => misfitWithAll(openAddOn(kind, place.path, options), models));
    known.set(place.path, { signature: place.signature, models: key, problem });
    await new Promise(setImmediate); // Let others have their turn.
    return problem;
  };
}

function look(find: () => Problem | undefined): ProblemData | undefined {
  try {
    return find()?.toJSON();
  } catch (error) {
    return Problem.from(error).toJSON();
  }
}

const KEYS = new WeakMap<AnyMeasures, string>();

function keyOf(measures: AnyMeasures): string {
  const key = KEYS.get(measures) ?? JSON.stringify(measures);
  KEYS.set(measures, key);
  return key;
}

/** The first of each kind: what is measured alike takes the same add-ons. */
export function distinctMeasures(all: readonly NamedMeasures[]): NamedMeasures[] {
  const kinds = new Map<string, NamedMeasures>();
  for (const one of all) if (!kinds.has(keyOf(one.measures))) kinds.set(keyOf(one.measures), one);
  return [...kinds.values()];
}
