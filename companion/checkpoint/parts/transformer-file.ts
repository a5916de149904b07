/** A transformer as a file of its own, or within a file that holds a whole model. */
import type { WeightStore } from "../../graph/weights.ts";
import { type Component, type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { configBeside } from "./config-beside.ts";

/** What programs put before the names of a transformer in a file of several parts. */
const PREFIXES = ["model.diffusion_model.", "diffusion_model.", "transformer.", ""];

/** Of a transformer's tensors, one of which is called one of `marks`; undefined where the file has none. */
export const transformerPrefix = (store: WeightStore, marks: readonly string[]): string | undefined =>
  PREFIXES.find((prefix) => marks.some((name) => store.find(prefix + name)));

export interface TransformerNames<C> {
  readonly prefix: string;
  /** To the names that networks/ asks for; keys of others are handed back in `unknown`. */
  rename(refs: Refs): { readonly refs: Refs; readonly unknown: readonly string[] };
  /** Of the configuration that may lie beside the file. */
  readonly className: string;
  parse(json: unknown, origin: string): C;
  /** Where none does. */
  fromShapes(refs: Refs, origin: string): C;
}

/** Throws Problem "weights-leftover", "weights-missing", "config-invalid", and as `openSafetensors`. */
export function openTransformer<C>(
  file: string,
  store: SafetensorsFile,
  { prefix, rename, className, parse, fromShapes }: TransformerNames<C>,
  options: OpenOptions,
): Component<C> {
  const { refs, unknown } = rename(refsUnder(store, prefix));
  // Without a prefix of its own the file holds nothing else.
  refuseLeftovers(prefix === "" ? unknown.filter((key) => !isOtherPart(key)) : unknown, store.origin);
  const config = configBeside(file, className, parse, options) ?? fromShapes(refs, store.origin);
  return { config, weights: new RenamedStore(store.origin, refs, [store]) };
}

const isOtherPart = (key: string) => /^(?:text_encoders?|vae|first_stage_model)\./.test(key);

/** Whether a published model's name, or what its file says of itself, has this word. */
export const isCalled = ({ origin, metadata }: SafetensorsFile, word: string): boolean =>
  [origin, metadata.get("modelspec.title") ?? ""].some((said) =>
    new RegExp(`(?:^|[^a-z])${word}(?:[^a-z]|$)`, "i").test(said),
  );
