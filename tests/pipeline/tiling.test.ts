/** Pictures that repeat side by side. Parity with diffusers: the cases "tiling-…" of tests/parity. */
import { parseVaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { DIALECTS, tilingDialect } from "../../companion/graph/dialect.ts";
import { decoderGraph } from "../../companion/networks/autoencoder.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { parseRequest } from "../../shared/validate.ts";
import { KLEIN } from "../checkpoint/klein-sample.ts";
import { configOf, runGraph, weightsOf } from "../networks/fixture.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const studio = openTestStudio(undefined, { klein: KLEIN });
afterAll(() => studio.close());

/** x [1, C, H, W], `rows` down and `columns` to the right, round the edges. */
function rolled({ dims, data }: Tensor, rows: number, columns: number): Tensor {
  const [, channels, height, width] = dims as [number, number, number, number];
  const out = new Float32Array(data.length);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        out[(c * height + ((y + rows) % height)) * width + ((x + columns) % width)] =
          data[(c * height + y) * width + x]!;
  return tensor(out, dims);
}

test.each([
  ["has no edge: what goes out on one side comes in on the other", true],
  ["has edges where it does not repeat", false],
])("a decoded picture %s", async (_, tiling) => {
  const { dialect } = tilingDialect(DIALECTS.cpu, tiling);
  const config = parseVaeConfig(configOf("vae-kl"));
  const shape = { batch: 1, height: 8, width: 12 };
  const graph = () => decoderGraph(config, weightsOf("vae-kl"), shape, dialect);
  const decode = async (latent: Tensor) => Object.values(await runGraph(graph(), { latent }))[0] as Tensor;
  const latent = createGenerator(4).randn([1, config.latent_channels, 8, 12]);
  const factor = 2 ** (config.block_out_channels.length - 1);
  const [moved, still] = [await decode(rolled(latent, 3, 5)), await decode(latent)];
  const wanted = rolled(still, 3 * factor, 5 * factor);
  const far = Math.max(...moved.data.map((value, i) => Math.abs(value - wanted.data[i]!)));
  if (tiling) expect(far).toBeLessThan(1e-5);
  else expect(far).toBeGreaterThan(1e-2);
});

test("both kinds of picture of one size lie in sessions of their own", async () => {
  const wanted = { width: 64, height: 64 };
  const plain = await paint(studio, request(wanted));
  const tile = await paint(studio, request({ ...wanted, tiling: true }));
  expect(tile.result.png).not.toEqual(plain.result.png);
  expect((await paint(studio, request(wanted))).result.png).toEqual(plain.result.png);
});

test("sides that do not halve without a rest, regions, and models that know no edges are refused by name", async () => {
  await expect(paint(studio, request({ tiling: true, width: 72 }))).rejects.toMatchObject({
    code: "request-invalid",
    message: expect.stringMatching(/so that it repeats as `width` must be a multiple of (16|32|64): received 72/),
  });
  await expect(paint(studio, request({ model: "klein", tiling: true }))).rejects.toMatchObject({
    code: "request-invalid",
    message: "A model of FLUX.2 klein takes no pictures that repeat: leave out `tiling`.",
  });
  const region = { model: "starter", prompt: "", seed: 1, image: "i", mask: "m", region: {}, tiling: true };
  expect(() => parseRequest(region)).toThrow("`region` cannot be used with `tiling`");
});
