/** A task of kind "matte", on one page: the network's matte at the picture's size, the subject's own colours, a PNG with alpha. */
import { setImmediate } from "node:timers/promises";
import type { Size } from "../../../shared/geometry.ts";
import type { MatteRequest } from "../../../shared/matte.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { Problem } from "../../../shared/problem.ts";
import type { Thrift } from "../../../shared/thrift.ts";
import { decodeImage } from "../../image/decode.ts";
import { encodePng } from "../../image/encode.ts";
import { foregroundOf } from "../../image/foreground.ts";
import { resizeImage } from "../../image/resample.ts";
import { DEVIATION, MEAN, mattingGraph } from "../../networks/matting/matting.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { PipelineEvent } from "../events.ts";
import type { Images } from "../picture/canvas.ts";
import type { Studio } from "../studio/studio.ts";
import { finite } from "../weights/finite.ts";
import { wholeGraph } from "../weights/whole-graph.ts";
import { matteRungAt } from "./matte-ladder.ts";

export interface Matted extends Size {
  readonly png: Uint8Array;
  /** What was done last for it to fit into memory. */
  readonly thrift?: Thrift;
}

type MattingStudio = Pick<Studio, "sessions" | "device" | "openMatting">;

/**
 * Yields what happens, returns the picture. To cancel, stop iterating. `level`: of the rung on which it begins; where memory runs out it goes
 * on one lower. Throws Problem "image-…", "model-…", "weights-…", "out-of-memory".
 */
export async function* mattePicture(
  { image, model, side }: MatteRequest,
  images: Images,
  studio: MattingStudio,
  { level = 0 }: { readonly level?: number } = {},
): AsyncGenerator<PipelineEvent, Matted> {
  yield { type: "stage", stage: "loading" };
  const bytes = images.get(image);
  if (bytes === undefined) throw new Problem("image-not-readable", `The image "${image}" did not come along.`);
  const source = await decodeImage(bytes);
  const matting = studio.openMatting(model);

  yield { type: "stage", stage: "denoising" };
  await setImmediate();
  const { alpha, thrift } = yield* onLadder(level, side, (at) => matteOf(source, matting, at, studio), studio);
  yield { type: "step", step: 1, of: 1 };

  yield { type: "stage", stage: "decoding" };
  const { width, height } = source;
  const png = await encodePng(withAlpha(foregroundOf(source, alpha), source, alpha));
  return { png, width, height, ...(thrift && { thrift }) };
}

/** The matte on the first rung on which there is memory for it. */
async function* onLadder(
  first: number,
  side: number,
  matteAt: (side: number) => Promise<Uint8Array>,
  { sessions }: Pick<Studio, "sessions">,
): AsyncGenerator<PipelineEvent, { readonly alpha: Uint8Array; readonly thrift?: Thrift }> {
  for (let level = first; ; ) {
    const { next, thrift, side: at } = matteRungAt(level, side);
    if (level > 0) await sessions.close();
    yield { type: "rung", ...(next !== undefined && { next }) };
    try {
      return { alpha: await matteAt(at), ...(thrift && { thrift }) };
    } catch (error) {
      if (next === undefined || Problem.from(error).code !== "out-of-memory") throw error;
      level = next;
    }
  }
}

/** How much of each pixel is the subject, 0 … 255: as BiRefNet's README has it, by a square of `side` pixels. */
export async function matteOf(
  source: PixelImage,
  { config, weights }: ReturnType<Studio["openMatting"]>,
  side: number,
  { sessions, device }: Pick<Studio, "sessions" | "device">,
): Promise<Uint8Array> {
  const square = { width: side, height: side };
  const build = () => wholeGraph(weights, (w) => mattingGraph(config, w, square, device.dialect));
  const input = normalised(resizeImage(source, square, "bilinear"));
  const key = `${weights.fingerprint}/matting/${side}`;
  const { y } = await sessions.use(key, build, (run) => run({ x: input }));
  const seen = finite(y!, weights.origin).data;
  const grey = new Uint8Array(4 * seen.length).fill(255);
  for (const [i, value] of seen.entries()) grey.fill(Math.trunc(255 * value), 4 * i, 4 * i + 3);
  const { data } = resizeImage({ ...square, data: grey }, source, "bicubic");
  return Uint8Array.from({ length: source.width * source.height }, (_, i) => data[4 * i]!);
}

/** [1, 3, H, W], by ImageNet's mean and deviation. */
function normalised({ width, height, data }: PixelImage): Tensor {
  const area = width * height;
  const out = new Float32Array(3 * area);
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < area; i++) out[c * area + i] = (data[4 * i + c]! / 255 - MEAN[c]!) / DEVIATION[c]!;
  return tensor(out, [1, 3, height, width]);
}

/** What the picture itself does not show stays unseen. */
function withAlpha(colours: PixelImage, source: PixelImage, alpha: Uint8Array): PixelImage {
  const data = colours.data.slice();
  for (const [i, value] of alpha.entries()) {
    const shown = Math.round((value * source.data[4 * i + 3]!) / 255);
    data[4 * i + 3] = shown;
    if (shown === 0) data.fill(0, 4 * i, 4 * i + 3);
  }
  return { ...colours, data };
}
