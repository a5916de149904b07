/**
 * The UNet of the original Stable Diffusion code (ldm/modules/diffusionmodules/openaimodel.py, as in CompVis/stable-diffusion
 * and Stability-AI/generative-models) under diffusers' names. There the blocks are numbered through
 * (`input_blocks.0 … 11`); what each of them is shows in its keys, so that any depth and width can be read.
 */
import type { Refs } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";

export const RESNET: Readonly<Record<string, string>> = {
  "in_layers.0": "norm1",
  "in_layers.2": "conv1",
  "emb_layers.1": "time_emb_proj",
  "out_layers.0": "norm2",
  "out_layers.3": "conv2",
  skip_connection: "conv_shortcut",
};

export const OUTSIDE_BLOCKS: Readonly<Record<string, string>> = {
  "time_embed.0": "time_embedding.linear_1",
  "time_embed.2": "time_embedding.linear_2",
  // Converters know it under diffusers' name.
  "time_embedding.cond_proj": "time_embedding.cond_proj",
  "time_embed.cond_proj": "time_embedding.cond_proj",
  "label_emb.0.0": "add_embedding.linear_1",
  "label_emb.0.2": "add_embedding.linear_2",
  "input_blocks.0.0": "conv_in",
  "out.0": "conv_norm_out",
  "out.2": "conv_out",
};

type ModuleKind = "resnet" | "attention" | "down" | "up";

/** Renames; keys that no rule knows are handed back in `unknown`. `refs` without the prefix `model.diffusion_model.`. */
export function renameLdmUNet(refs: Refs): { refs: Refs; unknown: string[] } {
  const modules = nameModules(refs);
  const renamed = new RenamedRefs();
  const unknown: string[] = [];
  for (const [key, ref] of refs) {
    const name = renameOutside(key) ?? renameInBlock(key, modules);
    if (name === undefined) unknown.push(key);
    else renamed.set(name, ref);
  }
  return { refs: renamed, unknown };
}

function renameOutside(key: string): string | undefined {
  const dot = key.lastIndexOf(".");
  const place = OUTSIDE_BLOCKS[key.slice(0, dot)];
  return place && place + key.slice(dot);
}

function renameInBlock(key: string, modules: ReadonlyMap<string, Module>): string | undefined {
  const path = modulePath(key);
  const module = path && modules.get(path);
  if (!module) return undefined;
  const rest = key.slice(path.length + 1);
  if (module.kind === "attention") return `${module.name}.${rest}`;
  const dot = rest.lastIndexOf(".");
  const layer = rest.slice(0, dot);
  if (module.kind === "resnet") return RESNET[layer] && `${module.name}.${RESNET[layer]}${rest.slice(dot)}`;
  return `${module.name}.conv${rest.slice(dot)}`;
}

/** `input_blocks.3.0`, `middle_block.1`, …: the part of a key that names a module. */
function modulePath(key: string): string | undefined {
  return /^(?:input_blocks\.\d+\.\d+|middle_block\.\d+|output_blocks\.\d+\.\d+)(?=\.)/.exec(key)?.[0];
}

interface Module {
  readonly kind: ModuleKind;
  /** diffusers' name. */
  readonly name: string;
}

/** Walks the blocks in their order: a down- or upsampler ends a level. */
function nameModules(refs: Refs): Map<string, Module> {
  const kinds = new Map<string, ModuleKind>();
  for (const key of refs.keys()) {
    const path = modulePath(key);
    const kind = path && kindOf(key.slice(path.length + 1));
    if (kind) kinds.set(path, kind);
  }
  const modules = new Map<string, Module>();
  const counters = { input_blocks: new Level("down_blocks"), output_blocks: new Level("up_blocks") };
  const middle = new Level("mid_block");
  for (const path of [...kinds.keys()].sort(byNumbers)) {
    const kind = kinds.get(path)!;
    const level = counters[path.split(".")[0] as keyof typeof counters] ?? middle;
    modules.set(path, { kind, name: level.name(kind) });
  }
  return modules;
}

function kindOf(rest: string): ModuleKind | undefined {
  if (rest.startsWith("in_layers.")) return "resnet";
  if (rest.startsWith("transformer_blocks.")) return "attention";
  if (rest.startsWith("op.")) return "down";
  if (rest.startsWith("conv.")) return "up";
  return undefined;
}

function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** Counts resnets and attentions of a level, and levels. */
class Level {
  readonly #place: string;
  #index = 0;
  #counts = { resnet: 0, attention: 0 };

  constructor(place: "down_blocks" | "mid_block" | "up_blocks") {
    this.#place = place;
  }

  name(kind: ModuleKind): string {
    const block = this.#place === "mid_block" ? "mid_block" : `${this.#place}.${this.#index}`;
    if (kind === "resnet") return `${block}.resnets.${this.#counts.resnet++}`;
    if (kind === "attention") return `${block}.attentions.${this.#counts.attention++}`;
    this.#index++;
    this.#counts = { resnet: 0, attention: 0 };
    return `${block}.${kind}samplers.0`;
  }
}
