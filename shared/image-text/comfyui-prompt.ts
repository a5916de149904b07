/** The settings that a ComfyUI graph stands for: those of the sampler that begins the picture. comfyanonymous/ComfyUI, nodes.py. */
import { type ComfyGraph, type ComfyNode, comfyGraph } from "./comfyui-graph.ts";
import type { FoundSettings } from "./found-settings.ts";
import { parseForeignJson } from "./large-numbers.ts";
import {
  defined,
  fileOf,
  isRecord,
  scaleOf,
  schedulerOf,
  seedOf,
  sideOf,
  stepsOf,
  strengthOf,
  textOf,
  unknownSampler,
  weightOf,
  wholeOf,
} from "./values.ts";

/** Undefined: it is no graph, or has no sampler in it. */
export function readComfyUi(text: string): FoundSettings | undefined {
  const graph = comfyGraph(parseForeignJson(text));
  const sampler = graph && firstSampler(graph);
  if (!sampler) return undefined;
  const value = valuesFrom(graph, sampler);
  const latent = nearest(graph, sampler, ({ type, inputs }) => /latent/i.test(type) && "width" in inputs);
  const [loader, skip, vae] = [
    nearest(graph, sampler, ({ inputs }) => "ckpt_name" in inputs || "unet_name" in inputs),
    nearest(graph, sampler, ({ inputs }) => "stop_at_clip_layer" in inputs),
    nearestOf(graph, ({ inputs }) => "vae_name" in inputs && !("ckpt_name" in inputs)),
  ];
  const skipped = wholeOf(skip?.inputs.stop_at_clip_layer, [-24, -1]);
  const denoise = value("denoise");
  const name = value("sampler_name");
  const begun = latent && !/^(VAEEncode|LoadImage)/.test(latent.type);
  return {
    tool: "ComfyUI",
    prompt: promptAt(graph, sampler, "positive"),
    negativePrompt: promptAt(graph, sampler, "negative"),
    ...defined({
      seed: seedOf(value("seed") ?? value("noise_seed")),
      steps: stepsOf(value("steps")),
      guidanceScale: scaleOf(value("cfg")),
      scheduler: schedulerOf(name, value("scheduler")),
      width: sideOf(latent && valuesFrom(graph, latent, 2)("width")),
      height: sideOf(latent && valuesFrom(graph, latent, 2)("height")),
      // −1 is the last layer, which means none is left out.
      clipSkip: skipped && -1 - skipped,
      // From an empty latent all of it is new, whatever the number.
      strength: begun ? undefined : strengthOf(denoise),
      model: fileOf(loader?.inputs.ckpt_name ?? loader?.inputs.unet_name),
      vae: fileOf(vae?.inputs.vae_name),
    }),
    loras: lorasOf(graph, sampler),
    unused: [...unknownSampler(name), ...othersIn(graph)],
  };
}

const isSampler = ({ inputs }: ComfyNode): boolean =>
  ("positive" in inputs && "latent_image" in inputs) || ("sigmas" in inputs && "latent_image" in inputs);

const MOST_SAMPLERS = 32;

/** The sampler that no other one feeds, and of several the one that most depends on. */
function firstSampler(graph: ComfyGraph): ComfyNode | undefined {
  const samplers = [...graph.nodes.values()].filter(isSampler).slice(0, MOST_SAMPLERS);
  const first = samplers.filter((sampler) => [...graph.upstream(sampler)].filter(isSampler).length === 1);
  const uses = (sampler: ComfyNode) =>
    samplers.filter((other) => other !== sampler && [...graph.upstream(other)].includes(sampler)).length;
  return first.sort((a, b) => uses(b) - uses(a))[0];
}

const nearest = (graph: ComfyGraph, from: ComfyNode, fits: (node: ComfyNode) => boolean): ComfyNode | undefined => {
  for (const node of graph.upstream(from)) if (fits(node)) return node;
  return undefined;
};

const nearestOf = (graph: ComfyGraph, fits: (node: ComfyNode) => boolean): ComfyNode | undefined =>
  [...graph.nodes.values()].find(fits);

/** What a node with a single value calls it. */
const PLAIN = [
  "value",
  "int",
  "float",
  "number",
  "Number",
  "seed",
  "noise_seed",
  "string",
  "text",
  "String",
  "Text",
] as const;

/** A value of the node, or of what stands in its place: a linked node with that input or with one value, as far as `depth`. */
function valuesFrom(graph: ComfyGraph, node: ComfyNode, depth = 8): (input: string) => unknown {
  const resolved = (from: ComfyNode, input: string, left: number): unknown => {
    const linked = graph.linked(from, input);
    if (!linked) return Array.isArray(from.inputs[input]) ? undefined : from.inputs[input];
    const at = [input, ...PLAIN].find((key) => key in linked.inputs);
    return at === undefined || left === 0 ? undefined : resolved(linked, at, left - 1);
  };
  return (input) => {
    if (input in node.inputs) return resolved(node, input, depth);
    // A custom sampler has them in nodes of their own: guider, sigmas, noise.
    const other = nearest(graph, node, (one) => one !== node && input in one.inputs && !isSampler(one));
    return other && resolved(other, input, depth);
  };
}

/** Inputs by which the words of one side come. */
const CONDITIONING =
  /^(conditioning\w*|positive|negative|guider|text\w*|string\w*|prompt\w*|cond\w*|clip_?[lg]|t5xxl)$/i;
const OTHER_SIDE = { positive: "negative", negative: "positive" } as const;
/** Inputs that hold words. */
const WORDS = [
  "text",
  "text_g",
  "text_l",
  "clip_l",
  "t5xxl",
  "prompt",
  "string",
  "value",
  "String",
  "Text",
  "wildcard_text",
] as const;

/** The words that reach the sampler's input: of several conditionings all, each once. */
function promptAt(graph: ComfyGraph, sampler: ComfyNode, side: "positive" | "negative"): string {
  const guided = graph.linked(sampler, "guider");
  const start =
    graph.linked(sampler, side) ?? (guided && (graph.linked(guided, side) ?? sideless(graph, guided, side)));
  if (!start) return "";
  const through = (input: string) => CONDITIONING.test(input) && input !== OTHER_SIDE[side];
  const found: string[] = [];
  for (const { inputs } of graph.upstream(start, through)) {
    const own = [`${side}_prompt`, `text_${side}`, side, ...WORDS].map((key) => textOf(inputs[key])?.trim());
    for (const words of own) if (words && !found.includes(words)) found.push(words);
  }
  return found.join("\n");
}

/** A guider with a single side has the positive one. */
const sideless = (graph: ComfyGraph, guider: ComfyNode, side: string) =>
  side === "positive" ? graph.linked(guider, "conditioning") : undefined;

/** On the way from the model's file to the sampler, in the order in which they are put to it. */
function lorasOf(graph: ComfyGraph, sampler: ComfyNode): FoundSettings["loras"] {
  const found: FoundSettings["loras"][number][] = [];
  const add = (name: unknown, weight: unknown) => {
    const [known, strength] = [fileOf(name), weightOf(weight)];
    if (known && strength !== undefined) found.push({ ...known, weight: strength });
  };
  for (const { inputs } of graph.upstream(sampler, (input) => /^(model|guider|lora_stack)$/.test(input))) {
    if ("lora_name" in inputs) add(inputs.lora_name, inputs.strength_model ?? inputs.lora_wt ?? 1);
    // Loaders of several have one record each.
    for (const [key, value] of Object.entries(inputs))
      if (/^lora_\d+$/i.test(key) && isRecord(value) && value.on !== false) add(value.lora, value.strength ?? 1);
  }
  return found.toReversed();
}

const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/ControlNetApply/, "ControlNet"],
  [/IPAdapter/i, "IP-Adapter"],
  [/^(Image|Latent)Upscale|UpscaleWithModel|UltimateSDUpscale/, "enlarging"],
  [/FaceDetailer|DetailerForEach/, "face detailer"],
  [/FreeU/, "FreeU"],
];

const othersIn = ({ nodes }: ComfyGraph): string[] =>
  OTHERS.filter(([type]) => [...nodes.values()].some((node) => type.test(node.type))).map(([, name]) => name);
