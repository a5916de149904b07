import path from "node:path";
import { readJsonFile } from "../files/json-file.ts";
import type { OpenOptions } from "../files/safetensors.ts";

/** What config.json in the file's folder says, where it is this class's. Throws as `parse` and `readJsonFile`. */
export function configBeside<C>(
  file: string,
  className: string,
  parse: (json: unknown, origin: string) => C,
  options: OpenOptions,
): C | undefined {
  const folder = path.dirname(file);
  const json = readJsonFile(path.join(folder, "config.json"), options) as
    | { readonly _class_name?: unknown; readonly architectures?: unknown }
    | undefined;
  const named = json?._class_name ?? (Array.isArray(json?.architectures) ? json.architectures[0] : undefined);
  return named === className ? parse(json, `${path.basename(folder)}/config.json`) : undefined;
}
