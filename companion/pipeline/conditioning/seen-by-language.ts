/** Pictures as a language model sees them: Qwen2.5-VL's eyes, a few hundred tokens for each. */
import type { Size } from "../../../shared/geometry.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { roundEven } from "../../../shared/round-even.ts";
import type { ChatEyes } from "../../checkpoint/model.ts";
import { readersFormat } from "../../graph/quantize.ts";
import { Weights } from "../../graph/weights.ts";
import { resizeImage } from "../../image/resample.ts";
import { rotationTable } from "../../networks/blocks/rotation.ts";
import type { QwenVisionConfig } from "../../networks/configs.ts";
import { numbersOfPatch, qwenVisionGraph } from "../../networks/qwen-vision.ts";
import { eyesNetwork } from "../../opening/chat-network.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { PreparedJob } from "../job.ts";
import { quantizerFor } from "../weights/narrow.ts";

/** A picture as tokens. */
export interface SeenPicture {
  /** [1, rows · columns, D] */
  readonly states: Tensor;
  readonly rows: number;
  readonly columns: number;
}

/** CLIP's mean and deviation of colours. Source: transformers, image_utils.py, OPENAI_CLIP_MEAN and OPENAI_CLIP_STD. */
const MEAN = [0.48145466, 0.4578275, 0.40821073];
const DEVIATION = [0.26862954, 0.26130258, 0.27577711];
const THETA = 10000;
/** Of patches that do not see each other. */
const UNSEEN = -65504;

/** Kept by the picture's own pixels, as the states of prompts are. */
export async function seeWithLanguage(
  { studio, format }: Pick<PreparedJob, "studio" | "format">,
  eyes: ChatEyes,
  image: PixelImage,
): Promise<SeenPicture> {
  const { config, weights } = eyes;
  const cell = config.patch_size * config.spatial_merge_size;
  const size = wholeCells(image, cell);
  const [rows, columns] = [size.height / config.patch_size, size.width / config.patch_size];
  const places = placesOf(config, { rows, columns });
  // Its processor resizes bytes by torch.
  const pixels = patchesOf(resizeImage(image, size, "bicubic", "torch"), places, config);
  const { dialect } = studio.device;
  const key = `${weights.fingerprint}/qwen-vision/${readersFormat(format) ?? ""}/${dialect.provider}`;
  const states = await studio.keptStates.of(key, [JSON.stringify([config, rows, columns]), pixels], async () => {
    const quantizer = await quantizerFor(eyesNetwork(eyes), readersFormat(format), studio.narrowFolder);
    const options = { dialect, ...(quantizer && { quantizer }) };
    const shape = { patches: places.length };
    const build = () => qwenVisionGraph(config, new Weights(weights), shape, options);
    const quarter = config.hidden_size / config.num_heads / 2;
    const rotation = rotationTable(places, { axes: [quarter, quarter], theta: THETA, round: Math.fround });
    const feeds = { pixels, ...rotation, window_bias: windowBias(places, config) };
    return studio.sessions.use(`${key}/${places.length}`, build, async (run) => (await run(feeds)).states!);
  });
  const { spatial_merge_size: merge } = config;
  return { states, rows: rows / merge, columns: columns / merge };
}

/** Pixels that its processor gives a picture at least and at most. */
const AREA = { least: 56 ** 2, most: 28 ** 2 * 1280 };

/** The size of whole cells that is nearest. Source: transformers, image_processing_qwen2_vl.py, smart_resize. */
export function wholeCells({ width, height }: Size, cell: number): Size {
  const [w, h] = [width, height].map((side) => Math.max(roundEven(side / cell), 1) * cell) as [number, number];
  const scaled = (by: number, round: (value: number) => number) => ({
    width: Math.max(round((width * by) / cell), 1) * cell,
    height: Math.max(round((height * by) / cell), 1) * cell,
  });
  if (w * h > AREA.most) return scaled(1 / Math.sqrt((width * height) / AREA.most), Math.floor);
  if (w * h < AREA.least) return scaled(Math.sqrt(AREA.least / (width * height)), Math.ceil);
  return { width: w, height: h };
}

/** [row, column] of all patches, those of a token beside each other. */
function placesOf(
  { spatial_merge_size: merge }: QwenVisionConfig,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): (readonly [number, number])[] {
  const each = merge ** 2;
  const across = columns / merge;
  return Array.from({ length: rows * columns }, (_, i) => {
    const [token, inside] = [Math.floor(i / each), i % each];
    const row = Math.floor(token / across) * merge + Math.floor(inside / merge);
    return [row, (token % across) * merge + (inside % merge)] as const;
  });
}

/** [1, N, C · T · p · p] */
function patchesOf({ width, data }: PixelImage, places: ReturnType<typeof placesOf>, config: QwenVisionConfig): Tensor {
  const { patch_size: side, temporal_patch_size: frames, in_channels: channels } = config;
  const numbers = numbersOfPatch(config);
  const out = new Float32Array(places.length * numbers);
  places.forEach(([row, column], n) => {
    let at = n * numbers;
    for (let c = 0; c < channels; c++)
      for (let t = 0; t < frames; t++)
        for (let y = 0; y < side; y++)
          for (let x = 0; x < side; x++) {
            const pixel = data[((row * side + y) * width + column * side + x) * 4 + c]!;
            out[at++] = (pixel / 255 - MEAN[c]!) / DEVIATION[c]!;
          }
  });
  return tensor(out, [1, places.length, numbers]);
}

/** Whole windows of the picture, from its corner on. Source: transformers, vision_utils.py, get_vision_window_index. */
function windowBias(places: ReturnType<typeof placesOf>, { window_size, patch_size }: QwenVisionConfig): Tensor {
  const side = window_size / patch_size;
  const windows = places.map(([row, column]) => `${Math.floor(row / side)}/${Math.floor(column / side)}`);
  const count = places.length;
  const bias = Float32Array.from({ length: count ** 2 }, (_, i) =>
    windows[Math.floor(i / count)] === windows[i % count] ? 0 : UNSEEN,
  );
  return tensor(bias, [1, 1, count, count]);
}
