/** Add-ons that go with no published model may go with one that is here: a pruned one, a small one, one of other widths. */
import { Problem, type ProblemData } from "../../shared/problem.ts";
import type { OpenOptions } from "../checkpoint/files/safetensors.ts";
import type { AnyMeasures } from "../opening/measures.ts";
import { type AddOnKind, openAddOn } from "../opening/open-add-on.ts";
import { misfitWithAll, type NamedMeasures } from "./add-on-families.ts";
import type { Finding } from "./inspect.ts";
import type { Place } from "./scan.ts";

export type AddOn = Extract<Finding, { readonly kind: AddOnKind }>;

/** Why no model takes it, published or installed; undefined where one does. */
export type InstalledFit = (place: Place, finding: AddOn, models: readonly NamedMeasures[]) => ProblemData | undefined;

/** Looks into a file once for each set of models. Never throws. */
export function createInstalledFit(options: OpenOptions): InstalledFit {
  const known = new Map<string, { readonly asked: string; readonly problem: ProblemData | undefined }>();
  return (place, { kind, misfit }, models) => {
    if (!misfit) return undefined;
    const asked = `${place.signature}\n${models.map(({ name, measures }) => `${name} ${keyOf(measures)}`).join("\n")}`;
    const old = known.get(place.path);
    if (old?.asked === asked) return old.problem;
    const problem = look(() => misfitWithAll(openAddOn(kind, place.path, options), models));
    known.set(place.path, { asked, problem });
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
