/**
 * Random pictures, masks and transforms through the built plugin in a real browser, with random colours in place of a model:
 * not one byte changes outside of the mask, and the preview shows exactly the pixels that change. Where a layer shows a picture
 * of its own, its pixels are compared; where a Fill works on what is drawn, what the page draws.
 * UNDERPAINT_FILL_CASES says how many (12), UNDERPAINT_FILL_FIRST from which seed on.
 */
import path from "node:path";
import { boundsOf } from "../../shared/affine.ts";
import { squaredDistances } from "../../shared/distance.ts";
import type { Driver } from "./driver.ts";
import { type FillCase, fillCase } from "./fill-cases.ts";
import { buildScene, clearScene, type FillScene, look, lookAtMask } from "./fill-scene.ts";
import { findBrowser } from "./find-browser.ts";
import { type Painting, rgba, shownUpright, startPainting } from "./random-painter.ts";
import { coverageErrors, liesAsItsTarget, maskScaleOf, patchErrors, rasterOf } from "./raster-check.ts";
import { toCreate } from "./to-create.ts";

const CASES = Number(process.env.UNDERPAINT_FILL_CASES ?? 12);
const FIRST = Number(process.env.UNDERPAINT_FILL_FIRST ?? 1);

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;

inBrowser(`a Fill${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let painting: Painting;
  let designer: Driver;

  beforeAll(async () => {
    if ("missing" in found) return;
    painting = await startPainting(root, found.path);
    designer = painting.designer;
  });
  afterAll(() => painting?.close());

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
    const beyond = ui.getByLabel("Paint beyond the picture too");
    if ((await beyond.isVisible()) && (await beyond.isChecked())) {
      await beyond.uncheck();
      await ui.getByText("Hard edge").waitFor();
    }
    await choose("Hard edge");
    if (edge !== "hard") await choose(edge === "soft" ? "Soft" : "Spill over");
    if (edgeWidth !== undefined) {
      await ui.getByLabel("Edge width, px").fill(String(edgeWidth));
      await ui.getByLabel("Edge width, px").press("Enter");
    }
    return true;
  }

  async function run(one: FillCase) {
    const scene = await buildScene(designer.page, one);
    try {
      return (await prepare(one)) ? await compare(one, scene) : null;
    } finally {
      await clearScene(designer.page, scene);
      await toCreate(designer.ui);
    }
  }

  async function compare(one: FillCase, scene: FillScene) {
    const shown = await painting.overlay();
    const errors = one.kind === "image" ? await fillOwnPicture(one, scene) : await fillDrawn(one, scene);
    const overlayDiffers =
      shown.width !== painting.last().width || shown.height !== painting.last().height
        ? painting.last().changed.length
        : shown.changed.reduce((sum, value, i) => sum + (value === painting.last().changed[i] ? 0 : 1), 0);
    const placed = await designer.node(/^Fill – Target/);
    return { ...errors, overlayDiffers, corner: cornerError(one, await designer.node("Target"), placed) };
  }

  /** The layer's picture keeps its pixels: those of the placed picture are compared, not one is drawn. */
  async function fillOwnPicture(one: FillCase, scene: FillScene) {
    const scale = maskScaleOf(one);
    const { bytes, box } = await lookAtMask(designer.page, scene, scale);
    await painting.fillAndPlace();
    const [target, placed] = [await designer.node("Target"), await designer.node(/^Fill – Target/)];
    const mask = { ...(await rgba(bytes)), box, scale };
    const { beyond, short } = coverageErrors(painting.last().coverage, mask, { raster: rasterOf(one), target });
    const unlikePainted = patchErrors(
      await shownUpright(one.paint, await designer.pixels(/^Fill – Target/)),
      painting.last(),
    );
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
    await painting.fillAndPlace();
    const after = await seen(false, true);

    // A pixel that the mask touches changes as a whole, and is drawn half a pixel further, where pixels are interpolated.
    const { edge } = painting.last();
    const spill = edge.side === "outside" ? (edge.grow + edge.feather) * Math.SQRT2 : 0;
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
    const wanted = painting.last().changed.reduce((sum, value) => sum + value, 0);
    return { outside, missing, unlikePainted: Math.abs((result?.count ?? 0) - wanted), elsewhere: 0 };
  }

  test(`changes 0 bytes outside of its mask in ${CASES} random pictures, and says beforehand which it changes`, async () => {
    await designer.ui.getByText("Nothing selected").waitFor();
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
