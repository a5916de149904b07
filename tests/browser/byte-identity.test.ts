/**
 * Random pictures, masks and transforms through the built plugin in a real browser, with random colours in place of a model:
 * not one byte changes outside of the mask, and the preview shows exactly the pixels that change. Where a layer shows a picture
 * of its own, its pixels are compared; where a Fill works on what is drawn, what the page draws.
 * UNDERPAINT_FILL_CASES says how many (20), UNDERPAINT_FILL_FIRST from which seed on.
 */
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import sharp from "sharp";
import { coverageOf } from "../../companion/image/mask.ts";
import { type ServedPlayground, servePlayground } from "../../playground/serve.ts";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { boundsOf } from "../../shared/affine.ts";
import { squaredDistances } from "../../shared/distance.ts";
import { maskBounds } from "../../shared/mask.ts";
import { type Edge, edgeOf, paintedMask } from "../../shared/mask-edge.ts";
import { randomSecret } from "../../shared/pairing.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { requestOf } from "../request-of.ts";
import { type Driver, openPlayground } from "./driver.ts";
import { type FillCase, fillCase } from "./fill-cases.ts";
import { buildScene, clearScene, type FillScene, look, lookAtMask } from "./fill-scene.ts";
import { findBrowser } from "./find-browser.ts";
import { coverageErrors, liesAsItsTarget, maskScaleOf, patchErrors, rasterOf } from "./raster-check.ts";
import { type Made, startStandIn } from "./stand-in-companion.ts";
import { TURN_MS, takeTurn } from "./take-turn.ts";

const CASES = Number(process.env.UNDERPAINT_FILL_CASES ?? 20);
const FIRST = Number(process.env.UNDERPAINT_FILL_FIRST ?? 1);

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;

/** What the stand-in painted last. */
interface Painted extends PixelImage {
  /** 1 where it changed a pixel. */
  readonly changed: Uint8Array;
  /** The mask that came. */
  readonly coverage: Uint8Array;
  readonly edge: Edge;
}
let last: Painted;

const rgba = async (bytes: Uint8Array) => {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
};

/** Other colours wherever the request lets a Fill paint, and nothing else. */
async function paintRandomly(
  request: { region?: object | undefined },
  images: ReadonlyMap<string, Uint8Array>,
): Promise<Made> {
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
  last = { width, height, data, changed, coverage: coverage.data, edge };
  const bytes = await sharp(data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
  return { width, height, bytes: new Uint8Array(bytes) };
}

inBrowser(`a Fill${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let browser: Browser;
  let served: ServedPlayground;
  let designer: Driver;
  let stop: () => Promise<void>;
  const pairing = { pairing: "5".repeat(32), token: randomSecret() };

  let endTurn: (() => void) | undefined;
  beforeAll(async () => {
    if ("missing" in found) return;
    endTurn = await takeTurn();
    browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox"] });
    served = await servePlayground({ root, port: 0 });
    stop = await startStandIn(pairing, (task, images) => paintRandomly(requestOf(task), images));
    const settings = { ...DEFAULT_SETTINGS, count: 1, prompt: "x", seedLocked: true };
    designer = await openPlayground(browser, { url: served.url, settings, pairing });
  }, TURN_MS);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    await stop?.();
    endTurn?.();
  });

  /** Selects the case's layers and sets its edge. False where the mask covers none of the picture. */
  async function prepare({ edge, edgeWidth }: FillCase): Promise<boolean> {
    const { ui } = designer;
    // Beside the picture it is no mask.
    const masked = ui.getByText("masked by “Mask”");
    await masked.or(ui.getByText("2 layers selected")).first().waitFor();
    if (!(await masked.isVisible())) return false;
    await ui.locator(".crop-mask").or(ui.getByText("covers nothing yet").first()).first().waitFor();
    if (!(await ui.locator(".crop-mask").isVisible())) return false;
    const choose = (label: string) =>
      ui
        .locator(".segmented label")
        .filter({ hasText: new RegExp(`^${label}$`) })
        .click();
    await choose("Hard edge");
    if (edge !== "hard") await choose(edge === "soft" ? "Soft" : "Spill over");
    if (edgeWidth !== undefined) {
      await ui.getByLabel("Edge width, px").fill(String(edgeWidth));
      await ui.getByLabel("Edge width, px").press("Enter");
    }
    return true;
  }

  /** Where the preview says that pixels may change. */
  async function overlay(): Promise<{ width: number; height: number; changed: Uint8Array }> {
    const text = await designer.ui.locator("canvas.crop-mask").evaluate(async (element) => {
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 40)));
      const { width, height } = element as HTMLCanvasElement;
      const { data } = (element as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
      let binary = "";
      for (let i = 3; i < data.length; i += 4) binary += data[i]! > 0 ? "1" : "0";
      return `${width} ${height} ${binary}`;
    });
    const [width, height, bits = ""] = text.split(" ");
    return { width: Number(width), height: Number(height), changed: Uint8Array.from(bits, Number) };
  }

  async function fillAndPlace(): Promise<void> {
    const { ui } = designer;
    await ui.locator("footer button.primary:enabled", { hasText: "Fill" }).click();
    await ui.locator("footer button.primary:enabled", { hasText: /^Place/ }).waitFor();
    const appeared = designer.nextLayer();
    await ui.locator("footer button.primary", { hasText: /^Place/ }).click();
    await appeared;
  }

  async function run(one: FillCase) {
    const scene = await buildScene(designer.page, one);
    try {
      return (await prepare(one)) ? await compare(one, scene) : null;
    } finally {
      await clearScene(designer.page, scene);
      const back = designer.ui.getByRole("button", { name: "Back" });
      if (await back.isVisible()) await back.click();
    }
  }

  async function compare(one: FillCase, scene: FillScene) {
    const shown = await overlay();
    const errors = one.kind === "image" ? await fillOwnPicture(one, scene) : await fillDrawn(one, scene);
    const overlayDiffers =
      shown.width !== last.width || shown.height !== last.height
        ? last.changed.length
        : shown.changed.reduce((sum, value, i) => sum + (value === last.changed[i] ? 0 : 1), 0);
    const placed = await designer.node(/^Fill – Target/);
    return { ...errors, overlayDiffers, corner: cornerError(one, await designer.node("Target"), placed) };
  }

  /** The layer's picture keeps its pixels: those of the placed picture are compared, not one is drawn. */
  async function fillOwnPicture(one: FillCase, scene: FillScene) {
    const scale = maskScaleOf(one);
    const { bytes, box } = await lookAtMask(designer.page, scene, scale);
    await fillAndPlace();
    const [target, placed] = [await designer.node("Target"), await designer.node(/^Fill – Target/)];
    const mask = { ...(await rgba(bytes)), box, scale };
    const { beyond, short } = coverageErrors(last.coverage, mask, { raster: rasterOf(one), target });
    const unlikePainted = patchErrors(await shownUpright(one, await designer.pixels(/^Fill – Target/)), last);
    return {
      ...{ outside: beyond, missing: short, unlikePainted },
      elsewhere: liesAsItsTarget(one, placed, target) ? 0 : 1,
    };
  }

  /** What the page shows is compared, at the case's scale. */
  async function fillDrawn(one: FillCase, scene: FillScene) {
    const { scale } = one;
    const seen = async (mask: boolean, target: boolean) =>
      rgba(await look(designer.page, scene, { scale, mask, target }));
    const drawn = await seen(true, false);
    const before = await seen(false, true);
    await fillAndPlace();
    const after = await seen(false, true);

    // A pixel that the mask touches changes as a whole, and is drawn half a pixel further, where pixels are interpolated.
    const spill = last.edge.side === "outside" ? (last.edge.grow + last.edge.feather) * Math.SQRT2 : 0;
    const reach = Math.ceil((1.5 * Math.SQRT2 + spill) * scale) + 2;
    const alpha = (image: typeof drawn, i: number) => image.data[i * 4 + 3]!;
    const away = squaredDistances(drawn, (x, y) => alpha(drawn, y * drawn.width + x) > 0);
    const deep = squaredDistances(drawn, (x, y) => {
      const i = y * drawn.width + x;
      return alpha(drawn, i) < (one.mask.opacity === 1 ? 255 : 120) || alpha(before, i) < 255;
    });
    const [words, newWords] = [before, after].map(({ data }) => new Uint32Array(data.buffer.slice(0))) as [
      Uint32Array,
      Uint32Array,
    ];
    let [outside, missing] = [0, 0];
    for (let i = 0; i < words.length; i++) {
      const changed = words[i] !== newWords[i];
      if (changed && away[i]! > reach ** 2) outside++;
      if (!changed && deep[i]! > reach ** 2 && one.edge !== "soft") missing++;
    }
    const result = await designer.shown(/^Fill – Target/);
    const wanted = last.changed.reduce((sum, value) => sum + value, 0);
    return { outside, missing, unlikePainted: Math.abs((result?.count ?? 0) - wanted), elsewhere: 0 };
  }

  test(`changes 0 bytes outside of its mask in ${CASES} random pictures, and says beforehand which it changes`, async () => {
    await designer.ui.getByText("Nothing selected").waitFor({ timeout: 15_000 });
    const failed: string[] = [];
    let [done, bytes, unlike, farthest] = [0, 0, 0, 0];
    for (let seed = FIRST; done < CASES; seed++) {
      const seen = await run(fillCase(seed)).catch((error: Error) => {
        throw new Error(`Case ${seed}: ${error.message}`);
      });
      if (seen === null) continue;
      done++;
      bytes += seen.outside;
      unlike += seen.overlayDiffers + seen.unlikePainted;
      farthest = Math.max(farthest, seen.corner);
      const errors = seen.outside + seen.missing + seen.overlayDiffers + seen.unlikePainted + seen.elsewhere;
      const wrong = errors > 0 || seen.corner > 0.5;
      if (wrong) failed.push(JSON.stringify({ ...seen, case: fillCase(seed) }));
    }
    console.log(
      `${done} fills: ${bytes} pixels differ outside of the mask, ${unlike} of the preview's are not those that changed, corners within ${farthest.toFixed(4)} px`,
    );
    expect(failed).toEqual([]);
    expect(designer.errors).toEqual([]);
  }, 1_800_000);
});

/** A placed picture as its paint turns it. */
async function shownUpright({ paint: { rotation = 0 } }: FillCase, { width, height, data }: PixelImage) {
  const turned = sharp(data, { raw: { width, height, channels: 4 } }).rotate(rotation);
  const { data: pixels, info } = await turned.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(pixels) };
}

type Placed = Awaited<ReturnType<Driver["node"]>>;

/** How far the corners of the placed layer are from where they belong, canvas pixels. */
function cornerError({ kind }: FillCase, target: Placed, placed: Placed): number {
  const quad = ({ absoluteTransform: [[a, c, e], [b, d, f]], width: w, height: h }: Placed) =>
    [
      [0, 0],
      [w, 0],
      [w, h],
      [0, h],
    ].map(([x, y]) => [a * x! + c * y! + e, b * x! + d * y! + f] as const);
  const box = boundsOf(target.absoluteTransform, target.width, target.height);
  const [[a, c], [b, d]] = target.absoluteTransform;
  const isUpright = Math.hypot(a - 1, b, c, d - 1) < 1e-5;
  const upright = {
    ...box,
    absoluteTransform: [
      [1, 0, box.x],
      [0, 1, box.y],
    ],
  } as unknown as Placed;
  const wanted = quad(kind === "drawn" && !isUpright ? upright : target);
  return Math.max(...quad(placed).map(([x, y], i) => Math.hypot(x - wanted[i]![0], y - wanted[i]![1])));
}
