import { rmSync } from "node:fs";
import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeImage } from "../../companion/image/decode.ts";
import { resizeImage } from "../../companion/image/resample.ts";
import { openAutoencoder } from "../../companion/pipeline/latent/autoencoder.ts";
import { latentPreview } from "../../companion/pipeline/latent/latent-preview.ts";
import type { PipelineStudio } from "../../companion/pipeline/open-studio.ts";
import { tensor } from "../../companion/tensor.ts";
import { openTestStudio, paint, request, STARTER } from "./studio-for-tests.ts";

async function seenBy(studio: PipelineStudio) {
  const model = await studio.openModel("own");
  const latent = studio.familyOf(model).latentSpace(model);
  const [family, autoencoder] = [studio.familyOf(model), openAutoencoder({ model, studio, latent })];
  return {
    model,
    studio,
    family,
    latent,
    autoencoder,
    canvas: { size: { width: 64, height: 64 } },
    rung: { level: 0 },
  };
}

test("latentPreview() fitted to the model's own decoder resembles the decoded picture", async () => {
  const studio = openTestStudio();
  const { result, events } = await paint(studio, request({ steps: 12, width: 128, height: 128 }));
  const picture = resizeImage(await decodeImage(result.png), { width: 16, height: 16 }, "bicubic");
  const last = events.findLast((event) => event.type === "step");
  if (last?.type !== "step" || !last.preview) throw new Error("there was no preview");
  const seen = (await last.preview())!;
  const errors = seen.data.map((value, i) => Math.abs(value - picture.data[i]!)).filter((_, i) => i % 4 !== 3);
  expect(errors.reduce((a, b) => a + b, 0) / errors.length).toBeLessThan(25);
  await studio.close();
});

describe("latent_rgb.json in the model's folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "underpaint-rgb-"));
    await cp(STARTER, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("says how a latent looks", async () => {
    const factors = Array.from({ length: 8 }, (_, c) => (c === 2 ? [1, 0.5, 0] : [0, 0, 0]));
    await writeFile(path.join(folder, "latent_rgb.json"), JSON.stringify({ factors, bias: [0, 0, -1] }));
    const studio = openTestStudio(undefined, { own: folder });
    const preview = await latentPreview(await seenBy(studio));
    const latent = new Float32Array(8 * 2);
    latent.set([1, -2], 2 * 2);
    expect(await preview(tensor(latent, [1, 8, 1, 2]))).toEqual({
      ...{ width: 2, height: 1 },
      data: Uint8Array.of(255, 191, 0, 255, 0, 0, 0, 255),
    });
  });

  test("is refused where it does not fit the model", async () => {
    await writeFile(path.join(folder, "latent_rgb.json"), JSON.stringify({ factors: [[1, 2, 3]] }));
    const studio = openTestStudio(undefined, { own: folder });
    const seen = await seenBy(studio);
    await expect(latentPreview(seen)).rejects.toMatchObject({ code: "config-invalid" });
  });
});
