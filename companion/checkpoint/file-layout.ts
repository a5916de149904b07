import type { OpenOptions, SafetensorsFile } from "./files/safetensors.ts";
import type { AnyModel } from "./parts/model-record.ts";

/** How a file is opened that holds a transformer, with its other parts or without them. */
export interface FileLayout<M extends AnyModel = AnyModel> {
  /** As people call the model. */
  readonly name: string;
  /** Whether the file holds one. */
  opens(store: SafetensorsFile): boolean;
  /** Throws Problem "weights-missing" (naming a part that is nowhere, and where to get it), "weights-leftover", "config-invalid", …. */
  open(file: string, store: SafetensorsFile, options: OpenOptions): M;
}
