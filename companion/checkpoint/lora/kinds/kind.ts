import type { Base, Gain } from "../change.ts";
import type { Part } from "../keys.ts";
import type { LayerReader } from "../layer-reader.ts";

/** A way in which add-ons write down what a layer's weight gains. */
export interface Kind {
  /** As the field calls it. */
  readonly name: string;
  /** A layer that has one of these is of this kind. */
  readonly marks: readonly Part[];
  /** The weight's dims that its tensors tell: [out, in], [out, in, k, k] or [out, in · kernel]; undefined where they tell too little. */
  shape(layer: LayerReader): readonly number[] | undefined;
  /**
   * What the weight gains; reads no numbers yet. Throws Problem "weights-missing", "adapter-mismatch", "model-unsupported"
   * (number types), and RangeError where shapes do not go together.
   */
  gain(layer: LayerReader, base: Base): Gain;
  /** Whether the gain is computed of the layer's own numbers. */
  readonly readsOwn?: boolean;
}
