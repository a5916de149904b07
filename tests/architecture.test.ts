/** Imports point down, and nothing goes in circles. A change here is a change of the architecture. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "..");

const BELOW_PIPELINE = [
  "companion/opening",
  "companion/library",
  "companion/checkpoint",
  "companion/networks",
  "companion/graph",
  "companion/runtime",
  "companion/schedulers",
  "companion/tokenizer",
  "companion/prompt",
  "companion/random",
  "companion/image",
  "companion/tensor.ts",
  "companion/profile",
  "companion/sharp.ts",
  "shared",
];
/** Rooms and files of the pipeline below those that know a prepared job. */
const BELOW_CONDITIONING = [
  "companion/pipeline/job.ts",
  "companion/pipeline/parsed-prompt.ts",
  "companion/pipeline/guidance.ts",
  "companion/pipeline/ladder.ts",
  "companion/pipeline/events.ts",
  "companion/pipeline/tensors.ts",
  "companion/pipeline/latent",
  "companion/pipeline/motion",
  "companion/pipeline/picture",
  "companion/pipeline/studio",
  "companion/pipeline/weights",
];

/** What each folder may import, besides itself and packages. Longest matching prefix counts. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  shared: [],
  "plugin/bridge": ["shared"],
  "plugin/bridge.ts": ["plugin/bridge", "shared"],
  "plugin/window-size.ts": [],
  "plugin/main": ["plugin/bridge.ts", "plugin/window-size.ts", "shared"],
  "plugin/ui/text": ["plugin/bridge.ts", "shared"],
  "plugin/ui/wires": ["plugin/bridge.ts", "shared"],
  "plugin/ui/models": ["plugin/ui/text", "plugin/bridge.ts", "shared"],
  "plugin/ui/pixels": ["plugin/ui/text", "plugin/ui/wires", "plugin/bridge.ts", "shared"],
  "plugin/ui/state": ["plugin/ui/models", "plugin/ui/text", "plugin/ui/wires", "plugin/bridge.ts", "shared"],
  "plugin/ui/request": [
    "plugin/ui/pixels",
    "plugin/ui/state",
    "plugin/ui/models",
    "plugin/ui/text",
    "plugin/ui/wires",
    "plugin/bridge.ts",
    "shared",
  ],
  "plugin/ui/actions": [
    "plugin/ui/request",
    "plugin/ui/pixels",
    "plugin/ui/state",
    "plugin/ui/models",
    "plugin/ui/wires",
    "plugin/ui/text",
    "plugin/bridge.ts",
    "plugin/window-size.ts",
    "shared",
  ],
  "plugin/ui/parts": ["plugin/ui/pixels", "plugin/ui/state", "plugin/ui/text", "plugin/bridge.ts", "shared"],
  "plugin/ui/panels": [
    "plugin/ui/actions",
    "plugin/ui/request",
    "plugin/ui/parts",
    "plugin/ui/pixels",
    "plugin/ui/state",
    "plugin/ui/models",
    "plugin/ui/wires",
    "plugin/ui/text",
    "plugin/bridge.ts",
    "shared",
  ],
  "plugin/ui": ["plugin/bridge.ts", "shared"],
  "companion/tensor.ts": [],
  "companion/root.ts": [],
  "companion/sharp.ts": [],
  "companion/settings.ts": ["shared"],
  "companion/config.ts": ["companion/root.ts", "companion/settings.ts", "shared"],
  "companion/random": ["companion/tensor.ts", "shared"],
  "companion/graph": ["companion/tensor.ts", "shared"],
  "companion/networks": ["companion/graph", "companion/tensor.ts", "shared"],
  "companion/schedulers": ["companion/random", "companion/tensor.ts", "shared"],
  "companion/tokenizer": ["shared"],
  "companion/prompt": ["shared"],
  "companion/checkpoint/files": ["companion/tensor.ts", "companion/graph", "shared"],
  "companion/checkpoint/config": ["companion/checkpoint/files", "companion/networks", "companion/schedulers", "shared"],
  "companion/checkpoint/identify": [
    "companion/checkpoint/config",
    "companion/checkpoint/files",
    "companion/graph",
    "shared",
  ],
  "companion/checkpoint/ldm": [
    "companion/checkpoint/identify",
    "companion/checkpoint/config",
    "companion/checkpoint/files",
    "companion/networks",
    "companion/graph",
    "companion/schedulers",
    "shared",
  ],
  "companion/checkpoint/parts": [
    "companion/checkpoint/ldm",
    "companion/checkpoint/identify",
    "companion/checkpoint/config",
    "companion/checkpoint/files",
    "companion/networks",
    "companion/graph",
    "companion/schedulers",
    "companion/tokenizer",
    "companion/tensor.ts",
    "shared",
  ],
  "companion/checkpoint/flux1": [
    "companion/checkpoint/split-file.ts",
    "companion/checkpoint/folder.ts",
    "companion/checkpoint/folder-reader.ts",
    "companion/checkpoint/parts",
    "companion/checkpoint/ldm",
    "companion/checkpoint/identify",
    "companion/checkpoint/config",
    "companion/checkpoint/files",
    "companion/networks",
    "companion/graph",
    "companion/tokenizer",
    "shared",
  ],
  "companion/checkpoint/flux2": [
    "companion/checkpoint/split-file.ts",
    "companion/checkpoint/folder.ts",
    "companion/checkpoint/folder-reader.ts",
    "companion/checkpoint/parts",
    "companion/checkpoint/ldm",
    "companion/checkpoint/identify",
    "companion/checkpoint/config",
    "companion/checkpoint/files",
    "companion/networks",
    "companion/graph",
    "companion/tokenizer",
    "shared",
  ],
  "companion/checkpoint/z-image": [
    "companion/checkpoint/split-file.ts",
    "companion/checkpoint/folder.ts",
    "companion/checkpoint/folder-reader.ts",
    "companion/checkpoint/parts",
    "companion/checkpoint/ldm",
    "companion/checkpoint/identify",
    "companion/checkpoint/config",
    "companion/checkpoint/files",
    "companion/networks",
    "companion/graph",
    "companion/tokenizer",
    "shared",
  ],
  "companion/checkpoint/qwen-image": [
    "companion/checkpoint/split-file.ts",
    "companion/checkpoint/folder.ts",
    "companion/checkpoint/folder-reader.ts",
    "companion/checkpoint/parts",
    "companion/checkpoint/ldm",
    "companion/checkpoint/identify",
    "companion/checkpoint/config",
    "companion/checkpoint/files",
    "companion/networks",
    "companion/graph",
    "companion/tokenizer",
    "shared",
  ],
  "companion/checkpoint/ernie-image": [
    "companion/checkpoint/split-file.ts",
    "companion/checkpoint/folder.ts",
    "companion/checkpoint/folder-reader.ts",
    "companion/checkpoint/parts",
    "companion/checkpoint/ldm",
    "companion/checkpoint/identify",
    "companion/checkpoint/config",
    "companion/checkpoint/files",
    "companion/networks",
    "companion/graph",
    "companion/tokenizer",
    "shared",
  ],
  "companion/checkpoint/lora": [
    "companion/checkpoint/parts",
    "companion/checkpoint/ldm",
    "companion/checkpoint/identify",
    "companion/checkpoint/files",
    "companion/networks",
    "companion/graph",
    "companion/tensor.ts",
    "shared",
  ],
  "companion/checkpoint": [
    "companion/networks",
    "companion/graph",
    "companion/schedulers",
    "companion/tokenizer",
    "companion/tensor.ts",
    "shared",
  ],
  "companion/runtime": ["companion/graph", "companion/tensor.ts", "shared"],
  "companion/profile": ["shared"],
  "companion/image": ["companion/profile", "companion/sharp.ts", "companion/tensor.ts", "shared"],
  "companion/opening": [
    ...["companion/checkpoint", "companion/networks", "companion/graph", "companion/schedulers", "shared"],
  ],
  "companion/library": [
    ...["companion/opening", "companion/checkpoint", "companion/networks", "companion/graph", "companion/sharp.ts"],
    "shared",
  ],
  // From the lowest room to the door. Every room may import what lies below the pipeline.
  "companion/pipeline/events.ts": ["companion/tensor.ts", "shared"],
  "companion/pipeline/tensors.ts": ["companion/tensor.ts", "shared"],
  "companion/pipeline/guidance.ts": ["companion/tensor.ts", "shared"],
  "companion/pipeline/ladder.ts": ["companion/graph", "shared"],
  "companion/pipeline/weights": BELOW_PIPELINE,
  "companion/pipeline/studio": ["companion/pipeline/weights", ...BELOW_PIPELINE],
  "companion/pipeline/enlarge": [
    "companion/pipeline/generate.ts",
    "companion/pipeline/open-studio.ts",
    "companion/pipeline/events.ts",
    "companion/pipeline/picture",
    "companion/pipeline/studio",
    "companion/pipeline/weights",
    ...BELOW_PIPELINE,
  ],
  "companion/pipeline/picture": ["companion/pipeline/studio", "companion/pipeline/weights", ...BELOW_PIPELINE],
  "companion/pipeline/latent": [
    "companion/pipeline/picture",
    "companion/pipeline/studio",
    "companion/pipeline/weights",
    ...["companion/pipeline/events.ts", "companion/pipeline/tensors.ts"],
    ...BELOW_PIPELINE,
  ],
  "companion/pipeline/motion": [
    ...["companion/pipeline/latent", "companion/pipeline/studio"],
    ...["companion/pipeline/events.ts", "companion/pipeline/tensors.ts"],
    ...BELOW_PIPELINE,
  ],
  "companion/pipeline/parsed-prompt.ts": ["companion/pipeline/weights", ...BELOW_PIPELINE],
  "companion/pipeline/job.ts": [
    ...["companion/pipeline/latent", "companion/pipeline/motion"],
    ...["companion/pipeline/picture", "companion/pipeline/studio"],
    ...["companion/pipeline/weights", "companion/pipeline/parsed-prompt.ts"],
    ...["companion/pipeline/guidance.ts", "companion/pipeline/ladder.ts", "companion/pipeline/events.ts"],
    ...BELOW_PIPELINE,
  ],
  "companion/pipeline/conditioning": [...BELOW_CONDITIONING, ...BELOW_PIPELINE],
  "companion/pipeline/denoiser": ["companion/pipeline/conditioning", ...BELOW_CONDITIONING, ...BELOW_PIPELINE],
  "companion/pipeline/families": [
    ...["companion/pipeline/denoiser", "companion/pipeline/conditioning"],
    ...BELOW_CONDITIONING,
    ...BELOW_PIPELINE,
  ],
  "companion/pipeline": BELOW_PIPELINE,
  "companion/engine": [
    ...[
      "companion/pipeline",
      "companion/library",
      "companion/runtime",
      "companion/image",
      "companion/profile",
      "shared",
    ],
  ],
  "companion/queue": ["companion/profile", "shared"],
  "companion/work-thread": ["companion/queue", "companion/engine", "companion/profile", "shared"],
  "companion/team": ["companion/queue", "companion/library", "companion/engine", "shared"],
  "companion/history": ["shared"],
  "companion/gateway": ["companion/history", "companion/queue", "companion/profile", "shared"],
  "companion/bench": ["companion", "shared"],
  "companion/cli": ["companion", "playground/serve.ts", "shared"],
  "companion/main.ts": ["companion", "shared"],
  playground: ["shared"],
};

const sources = ["shared", "plugin", "companion", "playground"].flatMap((folder) =>
  (readdirSync(path.join(root, folder), { recursive: true }) as string[])
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts")),
);

const under = (file: string, place: string) => file === place || file.startsWith(`${place}/`);
const layerOf = (file: string) =>
  Object.keys(MAY_IMPORT)
    .filter((layer) => under(file, layer))
    .sort((a, b) => b.length - a.length)[0];

const importsOf = (file: string): string[] => {
  const text = readFileSync(path.join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)].map((m) =>
    path.posix.normalize(path.posix.join(path.posix.dirname(file), m[1]!)),
  );
};
const graph = new Map(sources.map((file) => [file, importsOf(file)]));

test("every source file belongs to a layer", () => {
  expect(sources.filter((file) => layerOf(file) === undefined)).toEqual([]);
});

test("imports point down", () => {
  const wrong: string[] = [];
  for (const [file, targets] of graph) {
    const layer = layerOf(file);
    if (layer === undefined) continue;
    for (const target of targets) {
      if (target.endsWith(".css") || target.endsWith(".svg") || target.endsWith(".json") || under(target, layer))
        continue;
      if (target === "companion/root.ts" && file.startsWith("companion/")) continue;
      if (!MAY_IMPORT[layer]!.some((allowed) => under(target, allowed)))
        wrong.push(`Cannot import "${target}" from "${layer}" (${file})`);
    }
  }
  expect(wrong).toEqual([]);
});

test("imports make no circle", () => {
  const state = new Map<string, "open" | "done">();
  const circles: string[] = [];
  const visit = (file: string, trail: string[]) => {
    if (state.get(file) === "done" || !graph.has(file)) return;
    if (state.get(file) === "open") {
      circles.push([...trail.slice(trail.indexOf(file)), file].join(" → "));
      return;
    }
    state.set(file, "open");
    for (const target of graph.get(file)!) visit(target, [...trail, file]);
    state.set(file, "done");
  };
  for (const file of graph.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

test("sharp has one importer, which shuts the loaders of formats that nobody needs", () => {
  const importers = sources.filter((file) =>
    /(?:from|import\(|require\()\s*["']sharp["']/.test(readFileSync(path.join(root, file), "utf8")),
  );
  expect(importers).toEqual(["companion/sharp.ts"]);
});

test("onnxruntime-node has one importer, which turns its telemetry off", () => {
  const importers = sources.filter((file) =>
    /(?:from|import\(|require\()\s*["']onnxruntime-node["']/.test(readFileSync(path.join(root, file), "utf8")),
  );
  expect(importers).toEqual(["companion/runtime/onnx-runtime.ts"]);
});

test("files are short: none above 300 lines, half of them within 120", () => {
  const lines = sources
    .map((file) => ({ file, count: readFileSync(path.join(root, file), "utf8").split("\n").length - 1 }))
    .sort((a, b) => a.count - b.count);
  expect(lines.filter(({ count }) => count > 300)).toEqual([]);
  expect(lines[Math.floor(lines.length / 2)]!.count).toBeLessThanOrEqual(120);
});

test("no two files of one name stand in neighbouring rooms of the interface", () => {
  const names = sources
    .filter((file) => under(file, "plugin/ui"))
    .map((file) => path.basename(file).replace(/\.tsx?$/, ""));
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
