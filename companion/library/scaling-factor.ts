import path from "node:path";
import type { OpenOptions } from "../checkpoint/files/safetensors.ts";
import { readBeside } from "./read-beside.ts";

/** What the configuration beside an autoencoder says, if there is one: its file does not. */
export function scalingFactorIn(folder: string, { within }: OpenOptions): unknown {
  const bytes = readBeside(path.join(folder, "config.json"), { within, maxBytes: 2 ** 20 });
  try {
    const config = JSON.parse(new TextDecoder().decode(bytes));
    return /^Autoencoder/.test(config._class_name) ? config.scaling_factor : undefined;
  } catch {
    return undefined;
  }
}
