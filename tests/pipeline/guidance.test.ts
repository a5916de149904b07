import { guidanceEmbedding, guide } from "../../companion/pipeline/guidance.ts";
import { blend, concatChannels, stack, unstack } from "../../companion/pipeline/tensors.ts";
import { tensor } from "../../companion/tensor.ts";

// diffusers 0.42.1: pipe.get_guidance_scale_embedding(torch.tensor([scale - 1]), embedding_dim=size)
test.each([
  [8, 9, [0.506885, -0.97048, 0.586653, 0.644218, 0.862013, -0.241183, -0.809838, 0.764842, 0]],
  [1.5, 4, [-0.467772, 0.049979, -0.883849, 0.99875]],
])("guidanceEmbedding() of %d in %d places equals diffusers'", (scale, size, expected) => {
  const { dims, data } = guidanceEmbedding(scale, size);
  expect(dims).toEqual([1, size]);
  expected.forEach((value, i) => {
    expect(data[i]).toBeCloseTo(value, 3); // angles reach 7000, where one bit of float32 is 5e-4
  });
});

test("guide() goes from the unconditional through the conditional prediction", () => {
  const [u, c] = [tensor(Float32Array.of(1, 2), [1, 2]), tensor(Float32Array.of(2, 0), [1, 2])];
  expect([...guide(3, u, c).data]).toEqual([4, -4]);
  expect([...guide(1, u, c).data]).toEqual([2, 0]);
});

test("stack() and unstack() are each other's inverse", () => {
  const parts = [tensor(Float32Array.of(1, 2), [1, 2]), tensor(Float32Array.of(3, 4), [1, 2])];
  expect(stack(parts)).toEqual(tensor(Float32Array.of(1, 2, 3, 4), [2, 2]));
  expect(unstack(stack(parts)).map(({ data }) => [...data])).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(() => stack([parts[0]!, tensor(new Float32Array(3), [1, 3])])).toThrow(RangeError);
});

test("concatChannels() appends channels of the same picture", () => {
  const a = tensor(Float32Array.of(1, 2), [1, 1, 1, 2]);
  const b = tensor(Float32Array.of(3, 4, 5, 6), [1, 2, 1, 2]);
  expect(concatChannels([a, b])).toEqual(tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 3, 1, 2]));
});

test("blend() takes the inside where the mask is 1, in every channel", () => {
  const dims = [1, 2, 1, 2];
  const mask = tensor(Float32Array.of(1, 0), [1, 1, 1, 2]);
  const blended = blend(mask, tensor(Float32Array.of(1, 2, 3, 4), dims), tensor(Float32Array.of(5, 6, 7, 8), dims));
  expect([...blended.data]).toEqual([5, 2, 7, 4]);
});
