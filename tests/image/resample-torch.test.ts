/** Bytes resized in torch's fixed point: what torchvision 0.29's resize (v2, bicubic, antialias) makes of a picture of the fixtures. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { decodeImage } from "../../companion/image/decode.ts";
import { resizeImage } from "../../companion/image/resample.ts";

const PICTURE = "../fixtures/parity/qwen-image-cases/qwen-image-edit-references/reference-0.png";
/** Of torch's red, green and blue. */
const TORCH = "bfe5392746ce0d9092221ff3597df8155b2ac21804f1a8e9b223c475f09ef51d";

test("bicubic in torch's arithmetic gives torch's bytes, and in Pillow's others", async () => {
  const picture = await decodeImage(readFileSync(path.join(__dirname, PICTURE)));
  const seen = resizeImage(picture, { width: 416, height: 352 }, "lanczos");
  const hashOf = (how: "torch" | "pillow") => {
    const { data } = resizeImage(seen, { width: 420, height: 364 }, "bicubic", how);
    const colours = data.filter((_, i) => i % 4 !== 3);
    return createHash("sha256").update(colours).digest("hex");
  };
  expect(hashOf("torch")).toBe(TORCH);
  expect(hashOf("pillow")).not.toBe(TORCH);
});
