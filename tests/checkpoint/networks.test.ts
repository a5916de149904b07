import path from "node:path";
import { parseClipTextConfig } from "../../companion/checkpoint/config/clip-config.ts";
import { RenamedStore, refsUnder } from "../../companion/checkpoint/files/component.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { renameOpenClip } from "../../companion/checkpoint/ldm/text-keys.ts";
import { openModel } from "../../companion/checkpoint/model.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { clipTextGraph } from "../../companion/networks/clip-text.ts";
import { checkWeights } from "../../companion/pipeline/families.ts";
import { configOf, deviating, tensorsOf as expectedOf, runGraph } from "../networks/fixture.ts";
import { families, tensorsOf } from "./families.ts";
import { temporaryFolder, writeData, writeSample } from "./sample.ts";

const folder = temporaryFolder();

test.each(Object.keys(families))("a single %s file has what its networks ask for, and nothing else", async (family) => {
  const file = path.join(folder, `${family}.safetensors`);
  writeSample(file, tensorsOf(family));
  const model = await openModel(file);
  expect(() => checkWeights(model, DIALECTS.cpu)).not.toThrow();
});

test("clipTextGraph() computes the same from open_clip's layout: packed rows, transposed projection", async () => {
  const name = "clip-text-projection";
  const source = openSafetensors(path.join(__dirname, "../fixtures/networks", name, "weights.safetensors"));
  const file = path.join(folder, "open-clip.safetensors");
  writeData(file, asOpenClip(source));
  const store = openSafetensors(file);
  const { refs, unknown } = renameOpenClip(refsUnder(store));
  expect(unknown).toEqual([]);
  const weights = new Weights(new RenamedStore("open-clip", refs, [store]));
  const config = parseClipTextConfig(configOf(name));
  const options = { dialect: DIALECTS.cpu, hiddenStates: [0, 1, -2], finalNormOf: -3 };
  const graph = clipTextGraph(config, weights, { batch: 2, tokens: 9 }, options);
  expect(deviating(await runGraph(graph, expectedOf(name, "in.")), expectedOf(name, "out."), 1e-5)).toEqual({});
  expect(weights.unused()).toEqual([]);
});

/** transformers' tensors as open_clip/transformer.py names and packs them. */
function asOpenClip(
  source: ReturnType<typeof openSafetensors>,
): Record<string, { shape: number[]; data: Uint16Array }> {
  const read = (key: string) => {
    const bytes = Uint8Array.from(source.read(key));
    return { shape: [...source.find(key)!.dims], data: new Uint16Array(bytes.buffer) };
  };
  const out: Record<string, { shape: number[]; data: Uint16Array }> = {};
  const names = [
    ["self_attn.out_proj", "attn.out_proj"],
    ["layer_norm", "ln_"],
    ["mlp.fc1", "mlp.c_fc"],
    ["mlp.fc2", "mlp.c_proj"],
  ] as const;
  for (const key of source.keys()) {
    const layer = /^text_model\.encoder\.layers\.(\d+)\.(.+)$/.exec(key);
    if (key.includes(".k_proj.") || key.includes(".v_proj.") || key.endsWith("position_ids")) continue;
    if (layer && key.includes(".q_proj.")) {
      const parts = ["q_proj", "k_proj", "v_proj"].map((part) => read(key.replace("q_proj", part)));
      const data = Uint16Array.from(parts.flatMap(({ data }) => [...data]));
      const [rows, ...rest] = parts[0]!.shape;
      const kind = key.endsWith("bias") ? "bias" : "weight";
      out[`transformer.resblocks.${layer[1]}.attn.in_proj_${kind}`] = { shape: [3 * rows!, ...rest], data };
    } else if (layer) {
      const [from, to] = names.find(([name]) => layer[2]!.startsWith(name))!;
      out[`transformer.resblocks.${layer[1]}.${layer[2]!.replace(from, to)}`] = read(key);
    } else if (key === "text_projection.weight") out.text_projection = transposed(read(key));
    else if (key.includes("token_embedding")) out["token_embedding.weight"] = read(key);
    else if (key.includes("position_embedding")) out.positional_embedding = read(key);
    else out[key.replace("text_model.final_layer_norm", "ln_final")] = read(key);
  }
  return out;
}

function transposed({ shape, data }: { shape: number[]; data: Uint16Array }) {
  const [rows, columns] = shape as [number, number];
  const turned = data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
  return { shape: [columns, rows], data: turned };
}
