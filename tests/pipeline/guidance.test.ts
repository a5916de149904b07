import { guidanceEmbedding, guidanceOf, guide, guideTwice, rescale } from "../../companion/pipeline/guidance.ts";
import { blend, concatChannels, concatLast, stack, unstack } from "../../companion/pipeline/tensors.ts";
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

const row = (...values: number[]) => tensor(Float32Array.from(values), [1, values.length]);

test("guideTwice() goes from nothing through the picture to picture and text", () => {
  expect([...guideTwice([3, 2], [row(4, 1), row(3, 2), row(1, 2)]).data]).toEqual([8, -1]);
  expect([...guideTwice([1, 1], [row(4, 1), row(3, 2), row(1, 2)]).data]).toEqual([4, 1]);
});

test("rescale() gives the guided prediction the text's deviation", () => {
  const [guided, text] = [row(4, -4, 8, -8), row(1, -1, 2, -2)];
  expect([...rescale(1, guided, text).data]).toEqual([1, -1, 2, -2]);
  expect([...rescale(0.5, guided, text).data]).toEqual([2.5, -2.5, 5, -5]);
});

describe("guidanceOf()", () => {
  const scales = { guidanceScale: 5, guidanceRescale: 0, imageGuidanceScale: 1.5 };
  const model = (kind: "base" | "pix2pix", embedding: number | null = null) => ({
    edits: kind === "pix2pix",
    embedding,
  });
  const prompts = (...of: Parameters<typeof guidanceOf>) => guidanceOf(...of).branches.map(({ prompt }) => prompt);

  test("runs the network without the prompt, too, from a scale above 1 on", () => {
    expect(prompts(scales, model("base"))).toEqual(["negative", "positive"]);
    expect(prompts({ ...scales, guidanceScale: 1 }, model("base"))).toEqual(["positive"]);
  });

  test("runs a model that edits by instruction thrice, once without its picture", () => {
    const { branches } = guidanceOf(scales, model("pix2pix"));
    expect(branches.map(({ picture }) => picture)).toEqual(["shown", "shown", "hidden"]);
    expect(prompts({ ...scales, imageGuidanceScale: 0.9 }, model("pix2pix"))).toEqual(["positive"]);
  });

  test("guides in its interval alone, counted as diffusers' guider counts", () => {
    const { at, branches } = guidanceOf({ ...scales, guidanceInterval: { start: 0.3, end: 0.8 } }, model("pix2pix"));
    const runs = Array.from({ length: 7 }, (_, i) => at(i, 7).branches.length);
    expect(branches).toHaveLength(3);
    expect(runs).toEqual([1, 1, 3, 3, 3, 1, 1]);
    expect(at(0, 7).combine([row(1, 2)]).data).toEqual(Float32Array.of(1, 2));
    expect(branches).toContain(at(0, 7).branches[0]);
  });

  test("leaves it to a network that takes the scale", () => {
    const { branches, embedding } = guidanceOf(scales, model("base", 16));
    expect(branches).toHaveLength(1);
    expect(embedding!.dims).toEqual([1, 16]);
  });
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

test("concatLast() puts rows side by side", () => {
  const [a, b] = [tensor(Float32Array.of(1, 2), [1, 2, 1]), tensor(Float32Array.of(3, 4, 5, 6), [1, 2, 2])];
  expect(concatLast([a, b])).toEqual(tensor(Float32Array.of(1, 3, 4, 2, 5, 6), [1, 2, 3]));
  expect(() => concatLast([a, tensor(new Float32Array(3), [1, 3, 1])])).toThrow(RangeError);
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
