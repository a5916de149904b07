/** The starter model's folder is complete, says honestly what it is, and holds what its configurations promise. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

const starter = path.resolve(__dirname, "../../starter");
const weights = path.join(starter, "weights");
const json = (file: string) => JSON.parse(readFileSync(path.join(weights, file), "utf8"));

/** A safetensors header: name → element type and dims. */
function tensors(file: string): Record<string, { dtype: string; shape: number[] }> {
  const bytes = readFileSync(path.join(weights, file));
  const { __metadata__: _, ...entries } = JSON.parse(
    bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString("utf8"),
  );
  return entries;
}

const NETWORKS = {
  unet: "unet/diffusion_pytorch_model.safetensors",
  vae: "vae/diffusion_pytorch_model.safetensors",
  text: "text_encoder/model.safetensors",
  image: "image_encoder/model.safetensors",
  adapter: "ip_adapter/ip-adapter.safetensors",
};

test("every part that model_index.json names is there, with its configuration", () => {
  const { _class_name, _diffusers_version, requires_safety_checker, safety_checker, ...parts } =
    json("model_index.json");
  expect(_class_name).toBe("StableDiffusionPipeline");
  expect(safety_checker).toEqual([null, null]);
  for (const part of Object.keys(parts)) {
    const files = readdirSync(path.join(weights, part));
    expect([part, files.some((file) => file.endsWith(".json"))]).toEqual([part, true]);
  }
});

test("the whole folder stays below 45 MB, so that a clone stays quick", () => {
  const files = (readdirSync(weights, { recursive: true }) as string[]).map((file) => path.join(weights, file));
  const bytes = files.reduce((sum, file) => sum + (statSync(file).isFile() ? statSync(file).size : 0), 0);
  expect(bytes).toBeLessThan(45e6);
  expect(bytes).toBeGreaterThan(30e6);
});

test("all weights are half precision and have the dimensions of the configurations", () => {
  for (const file of Object.values(NETWORKS)) {
    const odd = Object.entries(tensors(file)).filter(
      ([name, t]) => t.dtype !== "F16" && !name.endsWith("position_ids"),
    );
    expect([file, odd]).toEqual([file, []]);
  }
  const unet = json("unet/config.json");
  const latent = json("vae/config.json").latent_channels;
  const text = json("text_encoder/config.json");
  const image = json("image_encoder/config.json");
  expect(unet.in_channels).toBe(latent);
  expect(unet.cross_attention_dim).toBe(text.hidden_size);
  expect(tensors(NETWORKS.unet)["conv_in.weight"]!.shape).toEqual([unet.block_out_channels[0], latent, 3, 3]);
  const embedding = Object.entries(tensors(NETWORKS.text)).find(([name]) => name.endsWith("token_embedding.weight"));
  expect(embedding![1].shape).toEqual([text.vocab_size, text.hidden_size]);
  expect(tensors(NETWORKS.adapter)["image_proj.proj.weight"]!.shape).toEqual([
    4 * unet.cross_attention_dim,
    image.projection_dim,
  ]);
});

test("the adapter has keys and values for each of the UNet's cross attentions, in IP-Adapter's numbering", () => {
  const names = Object.keys(tensors(NETWORKS.adapter)).filter((name) => name.startsWith("ip_adapter."));
  const crossings = Object.keys(tensors(NETWORKS.unet)).filter((name) => name.endsWith("attn2.to_k.weight")).length;
  expect(names.sort()).toEqual(
    Array.from({ length: crossings }, (_, i) => [`${2 * i + 1}.to_k_ip`, `${2 * i + 1}.to_v_ip`])
      .flat()
      .map((name) => `ip_adapter.${name}.weight`)
      .sort(),
  );
});

test("provenance.json names every set with its maker and a licence that allows this", () => {
  const { statement, sets } = json("provenance.json");
  expect(statement).toMatch(/no pretrained weights/);
  expect(sets.length).toBeGreaterThanOrEqual(6);
  for (const set of sets) {
    expect(["MIT", "Apache-2.0"]).toContain(set.licence);
    expect(set.author.name).toMatch(/\w/);
    expect(set.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(set.icons_used_for_text_and_image_training + set.icons_used_for_autoencoder_only).toBeGreaterThan(0);
  }
});

test("underpaint.json says what the plugin shows", () => {
  const { name, note, licence, defaults, nativeSize, editChanges } = json("underpaint.json");
  expect(name).toBe("Starter");
  expect(note).toMatch(/small/);
  expect(licence).toMatch(/MIT/);
  expect(nativeSize).toBe(json("vae/config.json").sample_size);
  expect(defaults).toEqual({
    steps: expect.any(Number),
    guidanceScale: expect.any(Number),
    scheduler: expect.stringMatching(/^(ddim|euler|euler_ancestral|heun|dpmpp_2m|dpmpp_2m_sde|unipc)$/),
    editGuidanceScale: expect.any(Number),
  });
  // What Edit says of its strength: it keeps much at the low end, and more strength never changes less.
  expect(editChanges[0]).toBeLessThan(0.6 * editChanges[9]);
  expect([...editChanges].sort((one: number, other: number) => one - other)).toEqual(editChanges);
});

test("suggestions.json holds only subjects that the model was trained to draw", () => {
  const lines = readFileSync(path.join(starter, "train/concepts.txt"), "utf8").split("\n");
  const subjects = new Map<string, string[]>();
  for (const line of lines.filter((text) => text && !text.startsWith("#") && !text.startsWith("="))) {
    const [head, ...others] = line.split("|");
    const key = head!.split("=").at(-1)!;
    subjects.set(key, [key.replaceAll("-", " "), head!.split("=")[0]!.replaceAll("-", " "), ...others]);
  }
  const trained = ["core.txt", "next.txt", "rest.txt"]
    .map((file) => path.join(starter, "train", file))
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").split(/\s+/).filter(Boolean))
    .flatMap((key) => subjects.get(key)!);
  const colours = /^(red|orange|yellow|green|blue|purple|pink|turquoise) /;
  const suggestions: string[] = json("suggestions.json");
  expect(suggestions.length).toBeGreaterThanOrEqual(12);
  expect(new Set(suggestions).size).toBe(suggestions.length);
  for (const prompt of suggestions) {
    const subject = prompt.replace(/, on .* background$/, "");
    expect([prompt, trained.includes(subject) || trained.includes(subject.replace(colours, ""))]).toEqual([
      prompt,
      true,
    ]);
  }
});
