/** What other tools wrote into a picture, and our own recipe there. */
import fc from "fast-check";
import { readSettings } from "../../shared/image-text/read-settings.ts";
import { recipeTexts } from "../../shared/image-text/recipe-texts.ts";
import { withPngTexts } from "../../shared/image-text/write-png-text.ts";
import { parseRequest } from "../../shared/validate.ts";
import { nearly, nearlyBytes, target } from "./mutations.ts";

/** One pixel. */
const PNG = new Uint8Array(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
);
const request = parseRequest({ model: "m", prompt: "a (cat:1.2)", seed: 1, width: 64, height: 64 });
const own = recipeTexts({ madeBy: "1", request, models: [{ id: "m", name: "M", sha256: "ab".repeat(32) }] });
const OBJECTS = {
  prompt: {
    1: { class_type: "KSampler", inputs: { seed: 1, steps: 2, cfg: 3, model: ["2", 0], positive: ["3", 0] } },
    2: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "m.safetensors" } },
    3: { class_type: "CLIPTextEncode", inputs: { text: "a", clip: ["2", 1] } },
  },
  invokeai_metadata: { positive_prompt: "a", seed: 1, steps: 2, model: { name: "m", hash: "h" }, loras: [] },
  parameters: { sui_image_params: { prompt: "a", seed: 1, steps: 2, model: "m" } },
  Comment: { prompt: "a", seed: "1", steps: 2, base_model: "m", loras: [["l", 0.5]] },
  underpaint: JSON.parse(own.get("underpaint")!),
};
const piece = fc.constantFrom(
  "Steps: 2",
  "Seed: 1",
  ", ",
  ": ",
  "\n",
  '"',
  "Negative prompt: ",
  "<lora:",
  "{",
  "}",
  "\\",
);

const withText = ([keyword, text]: readonly [string, string]) => withPngTexts(PNG, new Map([[keyword, text]]));

export const PICTURE_TARGETS = [
  target(
    "picture: what tools wrote into it",
    fc.oneof(
      fc
        .constantFrom(...Object.entries(OBJECTS))
        .chain(([keyword, sample]) => nearly([sample]).map((value) => [keyword, JSON.stringify(value) ?? ""] as const)),
      fc
        .array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 300 })
        .map((all) => ["parameters", all.join("")] as const),
    ),
    (text) => readSettings(withText(text)),
  ),
  target("picture: damaged texts", nearlyBytes(withPngTexts(PNG, own)), readSettings),
];
