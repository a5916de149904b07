import type { Model } from "../../companion/checkpoint/model.ts";
import { parsePrompt } from "../../companion/pipeline/conditioning/parse-prompt.ts";
import { openStudio } from "../../companion/pipeline/open-studio.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { parseRequest } from "../../shared/validate.ts";

const [SD1, XL] = ["sd1", "sdxl"];
const EMBEDDINGS = [
  { id: "xl/easy", name: "easy", families: [XL!] },
  { id: "any/easy", name: "easy", families: [] },
  { id: "sd/easy", name: "easy", families: [SD1!] },
  { id: "xl/paint", name: "paint", families: [XL!] },
];

test.each([
  ["sd1", ["sd/easy"]],
  ["sdxl", ["xl/easy", "xl/paint"]],
  ["sd2", ["any/easy"]],
] as const)("a word in a prompt is the embedding of the model's family (%s), or none", async (family, expected) => {
  const library = { adapters: async () => EMBEDDINGS, resolve: (name: string) => name };
  const studio = openStudio({ device: cpuDevice(), library });
  const opened = { ...studio, openEmbedding: async (token: string) => ({ origin: token, token, tables: [] }) };
  const request = parseRequest({ model: "m", prompt: "an easy hill, paint", seed: 1, promptSyntax: "a1111" });
  const { embeddings } = await parsePrompt(request, { family, denoiser: { architecture: "unet" } } as Model, opened);
  expect(embeddings.map(({ token }) => token)).toEqual(expected);
});
