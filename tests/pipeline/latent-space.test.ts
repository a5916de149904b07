import { latentSpace } from "../../companion/pipeline/latent/latent-space.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";

const latent = (...dims: number[]): Tensor => {
  const count = dims.reduce((a, b) => a * b);
  return tensor(
    Float32Array.from({ length: count }, (_, i) => Math.sin(i) + i / 10),
    dims,
  );
};
const values = ({ data }: Tensor) => [...data];
const near = (found: Tensor, wanted: readonly number[]) =>
  expect(Math.max(...wanted.map((value, i) => Math.abs(value - found.data[i]!)))).toBeLessThan(1e-6);

test("a latent is of the size's places", () => {
  const plain = latentSpace({ channels: 4, factor: 8 });
  expect(plain).toMatchObject({ channels: 4, factor: 8, patch: 1, float: "device" });
  expect(plain.dims({ width: 64, height: 32 })).toEqual([1, 4, 4, 8]);
  const packed = latentSpace({ channels: 32, factor: 8, patch: 2 });
  expect(packed).toMatchObject({ channels: 128, factor: 16, patch: 2 });
  expect(packed.dims({ width: 64, height: 32 })).toEqual([1, 128, 2, 4]);
});

/** FLUX.1's and Z-Image's: (z − shift_factor) · scaling_factor. */
test("a shift comes before the scale", () => {
  const space = latentSpace({ channels: 2, factor: 8, mean: 0.1159, scale: 0.3611 });
  const z = latent(1, 2, 2, 3);
  near(
    space.normalise(z),
    values(z).map((value) => (value - 0.1159) * 0.3611),
  );
  near(space.denormalise(space.normalise(z)), values(z));
});

/** SDXL's fine-tunes' and Qwen-Image's latents_mean and latents_std. */
test("means and deviations are the channel's own", () => {
  const space = latentSpace({ channels: 2, factor: 8, mean: [1, -2], deviation: [2, 4], scale: 0.5 });
  const z = latent(1, 2, 1, 2);
  const wanted = values(z).map((value, i) => ((value - (i < 2 ? 1 : -2)) * 0.5) / (i < 2 ? 2 : 4));
  near(space.normalise(z), wanted);
  near(space.denormalise(space.normalise(z)), values(z));
});

/** FLUX.2's batch norm has a mean and a deviation for each of the packed channels. */
test("channels are packed first: channel 4 · c + 2 · dy + dx of a cell", () => {
  const mean = Array.from({ length: 8 }, (_, c) => c);
  const space = latentSpace({ channels: 2, factor: 8, patch: 2, mean });
  const z = latent(1, 2, 4, 2);
  const packed = space.normalise(z);
  expect(packed.dims).toEqual([1, 8, 2, 1]);
  const at = (c: number, y: number, x: number) => z.data[(c * 4 + y) * 2 + x]!;
  const wanted = [0, 1].flatMap((c) =>
    [0, 1].flatMap((dy) => [0, 1].flatMap((dx) => [0, 1].map((y) => at(c, 2 * y + dy, dx) - (4 * c + 2 * dy + dx)))),
  );
  near(packed, wanted);
  near(space.denormalise(packed), values(z));
});
