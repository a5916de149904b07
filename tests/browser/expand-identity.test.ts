/**
 * Random pictures that are expanded through the built plugin in a real browser, with random colours in place of a model: the picture's own
 * pixels stay, byte for byte and where they were, all around it is painted, and the preview shows exactly the pixels that change.
 * UNDERPAINT_EXPAND_CASES says how many (4), UNDERPAINT_EXPAND_FIRST from which seed on.
 */
import path from "node:path";
import type { Driver } from "./driver.ts";
import { ownErrors, pixelsDrawnOtherwise, unlikePainted } from "./expand-check.ts";
import { type ExpandCase, expandCase, type FillCase, fillCase } from "./fill-cases.ts";
import { buildScene, clearScene, type FillScene, look } from "./fill-scene.ts";
import { findBrowser } from "./find-browser.ts";
import { type Painting, rgba, shownUpright, startPainting } from "./random-painter.ts";
import { toCreate } from "./to-create.ts";

const CASES = Number(process.env.UNDERPAINT_EXPAND_CASES ?? 4);
const FIRST = Number(process.env.UNDERPAINT_EXPAND_FIRST ?? 1);
/** A picture that is seen through and blended into. */
const ALWAYS = [14];
const SEEDS = [...new Set([...Array.from({ length: CASES }, (_, i) => FIRST + i), ...ALWAYS])];

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;

inBrowser(`a picture that is expanded${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let painting: Painting;
  let designer: Driver;

  beforeAll(async () => {
    if ("missing" in found) return;
    painting = await startPainting(root, found.path);
    designer = painting.designer;
    await designer.ui.getByText("Nothing selected").waitFor();
  });
  afterAll(() => painting?.close());

  /** Expands the selected picture as a designer does. */
  async function prepare({ share, nudges, edge }: ExpandCase): Promise<void> {
    const { ui, page } = designer;
    await ui.locator(".segmented label", { hasText: /^Fill$/ }).click();
    await ui.locator(".expand-raster img").waitFor();
    await ui.getByRole("button", { name: "As it is" }).click();
    const button = ui.getByRole("button", { name: share });
    await ((await button.isVisible()) ? button : ui.getByRole("button", { name: "50 %" })).click();
    for (const nudge of nudges) {
      await ui.getByRole("slider", { name: nudge.edge }).focus();
      await page.keyboard.press(nudge.keys);
    }
    await ui.locator("canvas.crop-mask").waitFor();
    await ui.locator(".segmented label", { hasText: edge }).click();
  }

  /** The preview is loaded anew while the edges move: what it shows when it has come to rest. */
  async function overlayAtRest() {
    let before = await painting.overlay();
    for (let calm = 0; calm < 3; ) {
      await designer.page.waitForTimeout(120);
      const now = await painting.overlay();
      calm = now.width === before.width && Buffer.compare(now.changed, before.changed) === 0 ? calm + 1 : 0;
      before = now;
    }
    return before;
  }

  async function run(one: FillCase, how: ExpandCase) {
    const scene = await buildScene(designer.page, one, false);
    try {
      await prepare(how);
      return await compare(one, how, scene);
    } finally {
      await clearScene(designer.page, scene);
      await toCreate(designer.ui);
    }
  }

  async function compare(one: FillCase, how: ExpandCase, scene: FillScene) {
    const shown = await overlayAtRest();
    const [target, own] = [await designer.node("Target"), await designer.pixels("Target")];
    const seen = async () => rgba(await look(designer.page, scene, { scale: one.scale, mask: false, target: true }));
    const before = await seen();
    // What is taken as drawn has contents, with which it does not grow.
    const grows = how.layering === "Grow the layer" && one.kind === "image";
    const layering = how.layering === "Grow the layer" && !grows ? "Behind it" : how.layering;
    await painting.fillAndPlace(layering);
    const painted = painting.last();
    const name = grows ? "Target" : /^Expanded – Target/;
    const [placed, pixels, after] = [await designer.node(name), await designer.pixels(name), await seen()];
    const { below: _, ...stays } = await designer.node("Target");
    const overlayDiffers =
      shown.width !== painted.width || shown.height !== painted.height
        ? painted.changed.length
        : shown.changed.reduce((sum, value, i) => sum + Number(value !== painted.changed[i]), 0);
    return {
      overlayDiffers,
      unlikePainted: unlikePainted(pixels, painted),
      ...(one.kind === "image" && ownErrors(one, { target, placed, painted, own: await shownUpright(one.paint, own) })),
      ...(!grows && {
        targetChanged: Number(JSON.stringify(stays) !== JSON.stringify({ ...target, below: undefined })),
      }),
      ...(layering === "Behind it" && { drawnOtherwise: pixelsDrawnOtherwise(before, after) }),
    };
  }

  test(`keeps its own pixels in ${SEEDS.length} random cases, and all around it is painted`, async () => {
    const failed: string[] = [];
    let errors = 0;
    for (const seed of SEEDS) {
      const [one, how] = [fillCase(seed), expandCase(seed)];
      const seen = await run(one, how).catch((error: Error) => {
        throw new Error(`Case ${seed}: ${error.message}`);
      });
      const wrong = Object.values(seen).reduce((sum, count) => sum + count, 0);
      errors += wrong;
      if (wrong > 0) failed.push(JSON.stringify({ ...seen, seed, how, case: one }));
    }
    console.log(`${SEEDS.length} expanded pictures: ${errors} pixels are not what they should be`);
    expect(failed).toEqual([]);
    expect(designer.errors).toEqual([]);
  }, 1_800_000);
});
