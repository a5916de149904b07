/** Pictures without their ground, against BiRefNet's own inference and refine_foreground (tests/fixtures/make_matting.py). */
import path from "node:path";
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { foregroundOf } from "../../companion/image/foreground.ts";
import type { PipelineEvent } from "../../companion/pipeline/events.ts";
import { matteRungAt } from "../../companion/pipeline/matte/matte-ladder.ts";
import { mattePicture } from "../../companion/pipeline/matte/matte-picture.ts";
import { tensor } from "../../companion/tensor.ts";
import type { MatteRequest } from "../../shared/matte.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { Problem } from "../../shared/problem.ts";
import { tensorsIn } from "../networks/fixture.ts";
import { openTestStudio } from "./studio-for-tests.ts";

const networks = path.join(__dirname, "../fixtures/networks");
const fixture = tensorsIn(path.join(networks, "matting-birefnet/picture.safetensors"));
const [height, width] = fixture.picture!.dims as [number, number];
const numbers = (name: string) => Uint8Array.from(fixture[name]!.data as Float32Array);

const picture = (alpha = 255): PixelImage => {
  const colours = numbers("picture");
  const data = new Uint8Array(4 * width * height).fill(alpha);
  for (let i = 0; i < width * height; i++) data.set(colours.subarray(3 * i, 3 * i + 3), 4 * i);
  return { width, height, data };
};
const worst = (found: ArrayLike<number>, expected: ArrayLike<number>) =>
  Array.from(expected).reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);

test("foregroundOf() is the reference's, to a level", () => {
  const { data } = foregroundOf(picture(), numbers("soft"));
  expect(
    worst(
      data.filter((_, i) => i % 4 !== 3),
      numbers("foreground"),
    ),
  ).toBeLessThanOrEqual(1);
});

describe("a task of kind matte", () => {
  const file = (name: string) => path.join(networks, name, "weights.safetensors");
  const places = { birefnet: file("matting-birefnet"), compact: file("upscaler-compact") };
  const run = async (image: PixelImage, more: Partial<MatteRequest> = {}) => {
    const studio = openTestStudio(undefined, places);
    const request = { image: "a", model: "birefnet", side: 64, ...more };
    const work = mattePicture(request, new Map([["a", await encodePng(image)]]), studio);
    const events: PipelineEvent[] = [];
    try {
      for (;;) {
        const { value, done } = await work.next();
        if (done) return { events, ...value, data: (await decodeImage(value.png)).data };
        events.push(value);
      }
    } finally {
      await studio.close();
    }
  };

  test("gives a picture of any size its own matte, to a level of BiRefNet's inference", async () => {
    const { data, events, ...size } = await run(picture());
    expect(size).toMatchObject({ width, height });
    expect(
      worst(
        data.filter((_, i) => i % 4 === 3),
        numbers("matte"),
      ),
    ).toBeLessThanOrEqual(1);
    expect(events.map((event) => (event.type === "stage" ? event.stage : event.type))).toEqual([
      "loading",
      "denoising",
      "rung",
      "step",
      "decoding",
    ]);
  });

  test("what the picture does not show stays unseen", async () => {
    const { data } = await run(picture(0));
    expect(data.every((value) => value === 0)).toBe(true);
  });

  test.each([
    ["an image that did not come along", { image: "b" }, "image-not-readable"],
    ["a file that is no matting model", { model: "compact" }, "model-unsupported"],
    ["a model that is not there", { model: "gone" }, "model-not-found"],
  ])("%s is refused", async (_, more, code) => {
    await expect(run(picture(), more)).rejects.toMatchObject({ code });
  });
});

describe("for want of memory", () => {
  test("a matte is made as the only open network, then on smaller copies, as far as such models are trained", () => {
    const down = (side: number) => {
      const rungs = [matteRungAt(0, side)];
      for (let at = rungs[0]!; at.next !== undefined; rungs.push(at)) at = matteRungAt(at.next, side);
      return rungs.map((rung) => [rung.side, rung.thrift]);
    };
    expect(down(2048)).toEqual([
      [2048, undefined],
      [2048, undefined],
      [1024, "coarser-outline"],
      [512, "coarser-outline"],
    ]);
    expect(down(640)).toEqual([
      [640, undefined],
      [640, undefined],
    ]);
  });

  test.each([
    ["begins anew with everything else closed", 1, 1024, undefined],
    ["is found on a smaller copy, and says so", 2, 512, "coarser-outline"],
  ])("one that ran out of it %s", async (_what, failures, side, thrift) => {
    const studio = openTestStudio(undefined, { birefnet: path.join(networks, "matting-birefnet/weights.safetensors") });
    const keys: string[] = [];
    let closed = 0;
    const sessions = {
      ...studio.sessions,
      use: (async (key, _build, body) => {
        keys.push(key);
        if (keys.length <= failures) throw new Problem("out-of-memory", "There is no memory left.");
        const one = () => ({ y: tensor(new Float32Array(side * side).fill(1), [1, 1, side, side]) });
        return body(async () => one(), [] as never);
      }) as typeof studio.sessions.use,
      close: async () => {
        closed += 1;
      },
    };
    try {
      const request = { image: "a", model: "birefnet", side: 1024 };
      const work = mattePicture(request, new Map([["a", await encodePng(picture())]]), { ...studio, sessions });
      let next = await work.next();
      while (!next.done) next = await work.next();
      expect(next.value.thrift).toBe(thrift);
    } finally {
      await studio.close();
    }
    expect(keys.map((key) => key.split("/").at(-1))).toEqual(["1024", "1024", "512"].slice(0, failures + 1));
    expect(closed).toBe(failures);
  });
});
