/**
 * Where programs of the field keep their models. A layout only says where to look, so that a whole installation can be pointed
 * to without reading its Python packages; what a file is, its keys and shapes say.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { Problem, type ProblemData } from "../../shared/problem.ts";
import { readExtraModelPaths } from "./extra-model-paths.ts";

export interface Layout {
  /** As people call the program; "models folder" where it is nobody's. */
  readonly name: string;
  /** Folders below the root to look into, relative; "." is the root itself. */
  readonly below: readonly string[];
  /** Folders elsewhere that the program's settings name, absolute. */
  readonly elsewhere: readonly string[];
  /** Folders elsewhere that only links from here lead to, absolute. */
  readonly linked: readonly string[];
  /** What of the program's settings cannot be read. */
  readonly problem?: ProblemData;
}

interface Rule {
  readonly name: string;
  /** True for the program's own folder, or for its models folder. */
  readonly fits: (has: (place: string) => boolean, names: readonly string[]) => boolean;
}

const BASES = ["sd-1", "sd-2", "sdxl", "sdxl-refiner"];

const RULES: readonly Rule[] = [
  { name: "A1111 or Forge", fits: (has) => has("models/Stable-diffusion") || has("Stable-diffusion") },
  {
    name: "ComfyUI",
    fits: (has) => has("models/checkpoints") || has("extra_model_paths.yaml") || (has("checkpoints") && has("loras")),
  },
  {
    name: "InvokeAI",
    fits: (has) => has("invokeai.yaml") || BASES.some((base) => has(`models/${base}/main`) || has(`${base}/main`)),
  },
  { name: "Hugging Face cache", fits: (_, names) => names.some((name) => name.startsWith("models--")) },
];

/** A repository's snapshots, or one of them, in the Hugging Face cache: their files are links to its blobs. */
const SNAPSHOTS = /^(.*[/\\]models--[^/\\]+)[/\\]snapshots(?:[/\\][^/\\]+)?$/;

/** What the folder `root` is. Never throws for a folder that cannot be read: then it is nobody's, and empty. */
export function layoutOf(root: string): Layout {
  const has = (place: string) => existsSync(path.join(root, place));
  const names = isFolder(root) ? readdirSync(root) : [];
  const rule = RULES.find(({ fits }) => fits(has, names));
  const repository = SNAPSHOTS.exec(path.resolve(root))?.[1];
  const installation = rule !== undefined && isFolder(path.join(root, "models"));
  return {
    name: rule?.name ?? (repository ? "Hugging Face cache" : "models folder"),
    below: installation ? ["models", "embeddings"].filter((place) => has(place)) : ["."],
    ...named(root),
    linked: repository ? [path.join(repository, "blobs")] : [],
  };
}

function named(root: string): Pick<Layout, "elsewhere" | "problem"> {
  try {
    return { elsewhere: readExtraModelPaths(path.join(root, "extra_model_paths.yaml")) };
  } catch (error) {
    return { elsewhere: [], problem: Problem.from(error).toJSON() };
  }
}

function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory();
  } catch {
    return false;
  }
}
