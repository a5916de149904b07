/** LoRAs and embeddings in the pipeline: what is refused, and what stays open. */
import path from "node:path";
import { lowered } from "../../companion/pipeline/conditioning/lowered.ts";
import type { PROBLEM_CODES } from "../../shared/problem.ts";
import { temporaryFolder, writeSample } from "../checkpoint/sample.ts";
import { openTestStudio, paint, request } from "../pipeline/studio-for-tests.ts";

const parity = path.resolve(__dirname, "../fixtures/parity");
const folder = temporaryFolder();
const sample = (name: string) => path.join(folder, `${name}.safetensors`);
const file = (name: string) => path.join(parity, "adapter-files", `${name}.safetensors`);

const ATTENTION = "down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k";
const pairOf = (layer: string, [width, out]: readonly [number, number]) => ({
  [`${layer}.lora_down.weight`]: { shape: [2, width] },
  [`${layer}.lora_up.weight`]: { shape: [out, 2] },
});
writeSample(sample("xl"), pairOf(`lora_unet_${ATTENTION}`, [2048, 16]));
writeSample(sample("elsewhere"), pairOf("lora_unet_single_blocks_0_linear1", [32, 16]));
writeSample(sample("second"), pairOf("lora_te2_text_model_encoder_layers_0_mlp_fc1", [32, 64]));
writeSample(sample("odd"), { ...pairOf(`lora_unet_${ATTENTION}`, [32, 16]), "lora_unet_x.on_input": { shape: [1] } });
writeSample(sample("normed"), { [`lora_unet_${ATTENTION}.w_norm`]: { shape: [16] } });
writeSample(sample("mixed"), {
  ...pairOf(`lora_unet_${ATTENTION}`, [32, 16]),
  [`lora_unet_${ATTENTION}.hada_w1_a`]: { shape: [16, 2] },
});
writeSample(sample("half"), { [`lora_unet_${ATTENTION}.lora_up.weight`]: { shape: [16, 2] } });
writeSample(sample("words"), pairOf("lora_te_text_model_embeddings_token_embedding", [32, 300]));
writeSample(sample("wide-word"), { emb_params: { shape: [2, 768] } });

const places = Object.fromEntries(
  ["xl", "elsewhere", "second", "odd", "normed", "mixed", "half", "words", "wide-word"].map((name) => [
    name,
    sample(name),
  ]),
);
const studio = openTestStudio(undefined, {
  ...places,
  tiny: path.join(parity, "models/sd1"),
  ...Object.fromEntries(
    ["kohya", "no-alpha", "peft", "paint", "loha", "lokr-whole", "dora"].map((name) => [name, file(name)]),
  ),
});
afterAll(() => studio.close());
const tiny = request({ model: "tiny", prompt: "a red cat", width: 32, height: 32, scheduler: { name: "euler" } });
const refusal = (fields: Partial<typeof tiny>) =>
  paint(studio, { ...tiny, ...fields }).then(
    () => "nothing was refused",
    (problem) => problem,
  );
const lora = (model: string, weight = 1) => ({ model, weight });

test.each<[string, keyof typeof PROBLEM_CODES, RegExp]>([
  ["xl", "adapter-mismatch", /"xl\.safetensors" reads texts of width 2048.*32: it was made for Stable Diffusion XL/],
  ["elsewhere", "adapter-mismatch", /layers that this model does not have \("lora_unet_single_blocks/],
  ["second", "adapter-mismatch", /second text encoder/],
  ["odd", "weights-leftover", /"lora_unet_x\.on_input"/],
  ["normed", "weights-leftover", /w_norm"/],
  ["mixed", "weights-leftover", /hada_w1_a" beside tensors of another kind/],
  ["half", "weights-missing", /lacks the "down" that belongs to/],
  ["words", "adapter-mismatch", /token_embedding|another size/],
  ["kohya-of-nothing", "model-not-found", /no model "kohya-of-nothing"/],
])("generate() refuses a LoRA that does not fit: %s", async (name, code, message) => {
  const problem = await refusal({ loras: [lora(name)] });
  expect(problem).toMatchObject({ code, message: expect.stringMatching(message) });
});

test("generate() refuses an embedding of another width, and a LoRA in its place", async () => {
  const wide = await refusal({ embeddings: [{ model: "wide-word" }] });
  expect(wide).toMatchObject({ code: "adapter-mismatch", message: expect.stringMatching(/width 768.*have 32/) });
  const wrong = await refusal({ embeddings: [{ model: "kohya" }] });
  expect(wrong).toMatchObject({
    code: "model-unsupported",
    message: expect.stringMatching(/is a LoRA, not a textual/),
  });
});

test("a LoRA's weight, its rank and further LoRAs of the same layers need no other session", async () => {
  const keys = () => studio.sessions.list().map(({ key }) => key);
  const final = async (loras: ReturnType<typeof lora>[]) => {
    const { trace } = await paint(studio, { ...tiny, loras });
    return [...(trace.get("latents.1")!.data as Float32Array)];
  };
  const plain = await final([]);
  const changed = await final([lora("kohya", 0.5)]);
  const open = keys().sort();
  expect(await final([lora("kohya", -2)])).not.toEqual(changed);
  expect(await final([lora("kohya", 0.2), lora("kohya", 0.3)])).not.toEqual(plain);
  // Ranks 2 and 3, of which the second changes some of the layers of the first.
  expect(await final([lora("kohya", 0.5), lora("no-alpha", 1)])).not.toEqual(changed);
  expect(keys().sort()).toEqual(open);
  expect(await final([lora("kohya", 0.5)])).toEqual(changed);
});

test("an open network takes LoRAs of matrices of every kind, and other weights, without another session", async () => {
  const own = openTestStudio(undefined, {
    ...{ tiny: path.join(parity, "models/sd1") },
    ...Object.fromEntries(["kohya", "peft", "dora"].map((name) => [name, file(name)])),
  });
  // A small network's convolutions are opened once more, for those that change them.
  for (const loras of [[], [lora("kohya")]]) await paint(own, { ...tiny, loras });
  const open = own.sessions.list().map(({ key }) => key);
  for (const loras of [[lora("kohya")], [lora("peft", -0.5)], [lora("dora")], [lora("dora", 0.5), lora("kohya", 2)]])
    await paint(own, { ...tiny, loras });
  expect(
    own.sessions
      .list()
      .map(({ key }) => key)
      .sort(),
  ).toEqual(open.sort());
  await own.close();
});

test("a LoRA of weight 0 is exactly none", async () => {
  const { result } = await paint(studio, tiny);
  const { result: same } = await paint(studio, { ...tiny, loras: [lora("kohya", 0)] });
  expect(Buffer.from(same.png).equals(Buffer.from(result.png))).toBe(true);
});

test("plain syntax takes brackets for what they are, and reports what was cut", async () => {
  const long = `(a red cat) ${"castle ".repeat(90)}<lora:kohya:1>`;
  const plain = await paint(studio, { ...tiny, prompt: long });
  expect(plain.result).toMatchObject({ tokens: 77, chunks: 1, droppedText: expect.stringContaining("<lora:kohya:1>") });
  const spoken = await paint(studio, { ...tiny, prompt: long, promptSyntax: "a1111" });
  expect(spoken.result).toMatchObject({ tokens: 93, chunks: 2 });
  expect(spoken.result.droppedText).toBeUndefined();
});

test("prompts of different lengths are repeated to one, which changes nothing", async () => {
  const words = { ...tiny, promptSyntax: "a1111" as const, prompt: "a red cat", negativePrompt: "dog" };
  const once = (await paint(studio, words)).trace.get("latents.0")!.data as Float32Array;
  const twice = (await paint(studio, { ...words, prompt: "a red cat BREAK", negativePrompt: "dog" })).trace;
  const same = twice.get("latents.0")!.data as Float32Array;
  expect(Math.max(...once.map((value, i) => Math.abs(value - same[i]!)))).toBeLessThan(1e-4);
});

test("prompt editing changes the words at its step, and a sampler of two evaluations a step counts both", async () => {
  const latents = async (prompt: string, name: "euler" | "heun") => {
    const { trace } = await paint(studio, { ...tiny, prompt, steps: 4, promptSyntax: "a1111", scheduler: { name } });
    return [...trace].flatMap(([key, { data }]) =>
      key.startsWith("latents.") ? [[...(data as Float32Array)].join()] : [],
    );
  };
  for (const [name, same] of [
    ["euler", 2],
    ["heun", 3],
  ] as const) {
    const edited = await latents("a red [cat:dog:0.25]", name);
    const plain = await latents("a red cat", name);
    expect(edited.slice(0, same)).toEqual(plain.slice(0, same));
    expect(edited[same]).not.toEqual(plain[same]);
  }
});

test("AND between prompts is refused by name", async () => {
  const problem = await refusal({ prompt: "a cat AND a dog", promptSyntax: "a1111" });
  expect(problem).toMatchObject({ code: "request-invalid", message: expect.stringMatching(/AND/) });
});

test("a new word is found in any case, with accents as well", async () => {
  const embeddings = [{ model: "paint", token: "déjà" }];
  const embeds = async (prompt: string) =>
    [
      ...((await paint(studio, { ...tiny, prompt, embeddings })).trace.get("prompt_embeds")!.data as Float32Array),
    ].join();
  // The exact spelling is all of its vectors, another one the first of them, as in diffusers.
  expect(await embeds("a DÉJÀ cat")).toEqual(await embeds("a Déjà cat"));
  expect(await embeds("a DÉJÀ cat")).not.toEqual(await embeds("a déjà cat"));
  expect(lowered("İSTANBUL ÄÖ")).toBe("İstanbul äö");
});
