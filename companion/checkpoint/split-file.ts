/** A model of which the transformer is a file of its own, or of which a file holds all: one mechanism for every family. */
import path from "node:path";
import type { FileLayout } from "./file-layout.ts";
import { type Component, fingerprintOf } from "./files/component.ts";
import type { CheckpointStore, OpenOptions, SafetensorsFile } from "./files/safetensors.ts";
import type { AnyModel, Denoiser } from "./parts/model-record.ts";
import { findPart, type PartPlace } from "./parts/parts-near.ts";
import { openTransformer, type TransformerNames, transformerPrefix } from "./parts/transformer-file.ts";

/** A part beside the transformer. */
export interface SplitPart<T> extends PartPlace {
  open(store: SafetensorsFile, options: OpenOptions): T;
}

/** What every model has of its files. */
type Identity = "path" | "metadata" | "fingerprint" | "verifyUnchanged";

export interface SplitLayout<C, P extends Readonly<Record<string, unknown>>, M extends AnyModel> {
  /** As people call it: "FLUX.2 klein". */
  readonly name: string;
  /** Tensors of which its transformer has one, and no other has. */
  readonly marks: readonly string[];
  readonly transformer: Omit<TransformerNames<C>, "prefix">;
  /** Throws Problem where the file is of a kin that cannot run. */
  refuseKin?(store: SafetensorsFile, prefix: string): void;
  /** The other parts, for a transformer of this configuration. */
  parts(config: C): { readonly [K in keyof P]: SplitPart<P[K]> };
  /**
   * All of it. `stores`: of every part. `said`: what the model is by its names, which no tensor says. Throws Problem
   * "weights-shape" where the parts do not belong together.
   */
  assemble(denoiser: Component<C>, parts: P, store: SafetensorsFile): Assembled<M>;
  refuseMisfits(model: M): void;
}

export interface Assembled<M extends AnyModel> {
  readonly model: Omit<M, Identity>;
  readonly stores: readonly CheckpointStore[];
  readonly said?: readonly string[];
}

/**
 * Opens a transformer with the parts that its file holds, or that lie near it (parts-near.ts). Throws Problem "weights-missing"
 * (naming the part that is not there, and where to get it), "weights-leftover", "model-unsupported", "config-invalid", and as
 * `openSafetensors`.
 */
export const splitFile = <C, P extends Readonly<Record<string, unknown>>, M extends AnyModel<Denoiser>>(
  layout: SplitLayout<C, P, M>,
): FileLayout<M> => ({
  name: layout.name,
  opens: (store) => transformerPrefix(store, layout.marks) !== undefined,
  open: (file, store, options) => {
    const prefix = transformerPrefix(store, layout.marks)!;
    layout.refuseKin?.(store, prefix);
    const denoiser = openTransformer(file, store, { ...layout.transformer, prefix }, options);
    const places = Object.entries(layout.parts(denoiser.config)) as [string, SplitPart<unknown>][];
    const found = places.map(([key, part]) => [key, part, findPart(file, store, part, layout.name, options)] as const);
    const parts = Object.fromEntries(found.map(([key, part, place]) => [key, part.open(place, options)])) as P;
    const { model, stores, said = [] } = layout.assemble(denoiser, parts, store);
    const whole = {
      ...model,
      path: path.resolve(file),
      metadata: store.metadata,
      fingerprint: fingerprintOf([...stores.map(({ fingerprint }) => fingerprint), ...said]),
      verifyUnchanged: () => {
        for (const each of stores) each.verifyUnchanged();
      },
    } as M;
    layout.refuseMisfits(whole);
    return whole;
  },
});
