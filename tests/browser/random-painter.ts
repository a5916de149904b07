/** The built plugin in a browser, with random colours in place of a model. */
import sharp from "sharp";
import { coverageOf } from "../../companion/image/mask.ts";
import type { ImagePaint } from "../../playground/host/paint.ts";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { maskBounds } from "../../shared/mask.ts";
import { type Edge, edgeOf, paintedMask } from "../../shared/mask-edge.ts";
import { randomSecret } from "../../shared/pairing.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { requestOf } from "../request-of.ts";
import type { Driver } from "./driver.ts";
import { openStage } from "./open-stage.ts";
import { type Made, startStandIn } from "./stand-in-companion.ts";

/** What it painted last. */
export interface Painted extends PixelImage {
  /** 1 where it changed a pixel. */
  readonly changed: Uint8Array;
  /** The picture that came, and the mask. */
  readonly source: Uint8Array;
  readonly coverage: Uint8Array;
  readonly edge: Edge;
}
export const rgba = async (bytes: Uint8Array) => {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
};

/** Other colours wherever the request lets a Fill paint, and nothing else. */
async function paintRandomly(
  request: { region?: object | undefined },
  images: ReadonlyMap<string, Uint8Array>,
): Promise<Made & { readonly painted: Painted }> {
  const source = await rgba(images.get("image")!);
  const coverage = coverageOf(await rgba(images.get("mask")!));
  const edge = edgeOf(request.region ?? {}, maskBounds(coverage)!);
  const painted = paintedMask(coverage, edge);
  const data = source.data.slice();
  painted.data.forEach((thickness, i) => {
    if (thickness === 0) return;
    for (let c = i * 4; c < i * 4 + 3; c++) data[c] = (data[c]! + 64 + Math.floor(Math.random() * 128)) % 256;
    data[i * 4 + 3] = 255;
  });
  const { width, height } = source;
  const changed = painted.data.map((thickness) => (thickness > 0 ? 1 : 0));
  const last = { width, height, data, changed, source: source.data, coverage: coverage.data, edge };
  const bytes = await sharp(data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
  return { width, height, bytes: new Uint8Array(bytes), painted: last };
}

export interface Painting {
  readonly designer: Driver;
  last(): Painted;
  /** Where the preview says that pixels may change. */
  overlay(): Promise<{ width: number; height: number; changed: Uint8Array }>;
  /** `layering`: how it is put, as its button says. Resolves when it is on the canvas. */
  fillAndPlace(layering?: string): Promise<void>;
  close(): Promise<void>;
}

export async function startPainting(root: string, browserPath: string): Promise<Painting> {
  const pairing = { pairing: "5".repeat(32), token: randomSecret() };
  let last: Painted;
  const answer = () =>
    startStandIn(pairing, async (task, images) => {
      const { painted, ...made } = await paintRandomly(requestOf(task), images);
      last = painted;
      return made;
    });
  const settings = { ...DEFAULT_SETTINGS, count: 1, prompt: "x", seedLocked: true };
  const { designer, close } = await openStage({ root, path: browserPath, settings, pairing, answer });
  const { ui } = designer;
  return {
    designer,
    last: () => last,
    async overlay() {
      const text = await ui.locator("canvas.crop-mask").evaluate(async (element) => {
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 40)));
        const { width, height } = element as HTMLCanvasElement;
        const { data } = (element as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
        let binary = "";
        for (let i = 3; i < data.length; i += 4) binary += data[i]! > 0 ? "1" : "0";
        return `${width} ${height} ${binary}`;
      });
      const [width, height, bits = ""] = text.split(" ");
      return { width: Number(width), height: Number(height), changed: Uint8Array.from(bits, Number) };
    },
    async fillAndPlace(layering) {
      await ui.locator("footer button.primary:enabled", { hasText: /^(Fill|Expand)/ }).click();
      const place = ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
      // A picture of many pixels takes its time on a busy machine.
      await place.waitFor();
      if (layering !== undefined) await ui.locator(".segmented label", { hasText: layering }).click();
      await place.click();
      await ui.getByText("Place again").or(ui.getByText("is larger now").first()).first().waitFor();
    },
    close,
  };
}

/** A placed picture as its paint turns it. */
export async function shownUpright(
  { rotation = 0 }: Pick<ImagePaint, "rotation">,
  { width, height, data }: PixelImage,
) {
  const turned = sharp(data, { raw: { width, height, channels: 4 } }).rotate(rotation);
  const { data: pixels, info } = await turned.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(pixels) };
}
