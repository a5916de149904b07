/** What people keep beside a single file, under its name, as A1111 reads it: NAME.yaml and NAME.vae.safetensors. */
import { existsSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { readTextFile } from "./json-file.ts";
import type { OpenOptions } from "./safetensors.ts";

export interface Beside {
  /** `parameterization` of the original code's configuration: what the UNet predicts, velocity or noise. */
  readonly parameterization?: "v" | "eps";
  /** The file of an autoencoder that takes the place of the model's own. */
  readonly vae?: string;
}

const PARAMETERIZATION = /^\s*parameterization\s*:\s*(["']?)([\w-]+)\1\s*(?:#.*)?$/m;

/** Throws Problem "config-invalid" for a parameterization that no pipeline here has, and as `readTextFile`. */
export function readBeside(file: string, options: OpenOptions = {}): Beside {
  const base = file.replace(/\.(?:safetensors|sft)$/i, "");
  const said = PARAMETERIZATION.exec(readTextFile(`${base}.yaml`, options) ?? "")?.[2];
  if (said !== undefined && said !== "v" && said !== "eps")
    throw new Problem(
      "config-invalid",
      `"${path.basename(base)}.yaml" has parameterization = "${said.slice(0, 40)}", but only "v" and "eps" are supported: choose another model.`,
    );
  const vae = `${base}.vae.safetensors`;
  return { ...(said && { parameterization: said }), ...(existsSync(vae) && { vae }) };
}
