/**
 * Pictures made larger from the panel, in a real browser: by a small upscaler, chosen by itself and otherwise; one that failed is
 * asked for again, and what a Fill changed lies where it lay, whatever the layer's paint and place. And cut out of their ground.
 */
import path from "node:path";
import sharp from "sharp";
import { coverageOf } from "../../companion/image/mask.ts";
import { enlargePicture } from "../../companion/pipeline/enlarge/enlarge-picture.ts";
import { squaredDistances } from "../../shared/distance.ts";
import type { Task } from "../../shared/job.ts";
import { maskBounds } from "../../shared/mask.ts";
import { edgeOf, paintedMask } from "../../shared/mask-edge.ts";
import { Problem } from "../../shared/problem.ts";
import { until } from "../gateway/test-client.ts";
import { openTestStudio } from "../pipeline/studio-for-tests.ts";
import { addOn } from "../plugin/ui/fixtures.ts";
import { type FillCase, fillCase } from "./fill-cases.ts";
import { buildScene, clearScene, look } from "./fill-scene.ts";
import { buildFrames } from "./frames-scene.ts";
import { alphaAcross, buildGlass } from "./glass-scene.ts";
import { inBrowser, root, withStandIn } from "./on-stage.ts";
import { rasterOf } from "./raster-check.ts";
import type { Made } from "./stand-in-companion.ts";
import { toCreate } from "./to-create.ts";

/** Cases of `fillCase`, none much stretched: a turned crop, a layer as drawn, a picture that is seen through. */
const SEEDS = (process.env.UNDERPAINT_ENLARGE_CASES ?? "2,9,11").split(",").map(Number);
const COLOR = [255, 0, 128, 255];
const UPSCALER = path.join(root, "tests/fixtures/networks/upscaler-compact/weights.safetensors");

const studio = openTestStudio(undefined, { "upscaler/compact": UPSCALER });
/** What came last. */
let task: Task;
/** Whether the next picture can't be enlarged. */
let fails = false;

const rgba = async (bytes: Uint8Array) => {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
};

/** One colour wherever a Fill may paint; a larger picture as the companion makes it. */
async function make(wanted: Task, images: ReadonlyMap<string, Uint8Array>): Promise<Made> {
  task = wanted;
  if (wanted.kind === "enlarge") {
    if (fails) throw new Problem("engine-crashed", "The engine stopped.");
    const work = enlargePicture(wanted.request, images, studio);
    for (;;) {
      const { value, done } = await work.next();
      if (done) return { bytes: value.png, width: value.width, height: value.height };
    }
  }
  if (wanted.kind === "matte") {
    // A subject of 24 × 48 pixels, 12 from the left and 30 from the top.
    const box = { width: 24, height: 48, channels: 4, background: "#c21" } as const;
    const empty = sharp({ create: { width: 96, height: 96, channels: 4, background: "#0000" } });
    const bytes = await empty
      .composite([{ input: { create: box }, left: 12, top: 30 }])
      .png()
      .toBuffer();
    return { width: 96, height: 96, bytes: new Uint8Array(bytes) };
  }
  const { request } = wanted as Extract<Task, { kind: "generate" }>;
  if (request.image === undefined) {
    const bytes = await sharp({ create: { width: 96, height: 96, channels: 3, background: "#2a6" } })
      .png()
      .toBuffer();
    return { width: 96, height: 96, bytes: new Uint8Array(bytes) };
  }
  const { width, height, data } = await rgba(images.get("image")!);
  const coverage = coverageOf(await rgba(images.get("mask")!));
  const painted = paintedMask(coverage, edgeOf(request.region ?? {}, maskBounds(coverage)!));
  for (const [i, thickness] of painted.data.entries()) if (thickness > 0) data.set(COLOR, 4 * i);
  const bytes = await sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
  return { width, height, bytes: new Uint8Array(bytes) };
}

inBrowser("Enlarge and cut out", () => {
  const upscaler = { families: [], upscaler: { architecture: "Compact", scale: 4 } };
  const matting = addOn("matting", "birefnet", { families: [], matting: { architecture: "BiRefNet" } });
  const more = { addOns: [addOn("upscaler", "compact", upscaler), matting] };
  const settings = { count: 1, prompt: "x", seedLocked: true };
  const on = withStandIn({ make, more, settings, close: () => studio.close() });

  const primary = (text: string | RegExp) => on.designer.ui.locator("footer button.primary:enabled", { hasText: text });
  const inMenu = async (text: string | RegExp) => {
    await on.designer.ui.getByRole("button", { name: "More" }).click();
    await on.designer.ui.getByRole("menuitem", { name: text }).click();
  };

  test("by the upscaler that is there, or in another way; what failed is asked for again, and the larger one replaces", async () => {
    const { ui } = on.designer;
    await on.designer.select("Rocket");
    await primary("Generate").click();
    await primary(/^Place on canvas/).click();
    await ui.getByText("placed").first().waitFor();
    const layers = await on.designer.count();

    fails = true;
    await inMenu("Enlarge to 192 × 192 px");
    await primary("Try again").waitFor();
    expect(await ui.locator(".result.failed").innerText()).toContain("The engine stopped.");
    fails = false;
    await primary("Try again").click();
    await ui.getByText("192 × 192 px").waitFor();
    expect(task).toEqual({ kind: "enlarge", request: { image: "image", factor: 2, upscaler: "upscaler/compact" } });
    expect(await ui.locator(".result.failed").count()).toBe(0);
    await primary("Place instead").click();
    await ui.getByText("Placed instead").waitFor();
    expect(await on.designer.count()).toBe(layers);
    expect(await on.designer.image(/^Generated/)).toMatchObject({ width: 192, height: 192 });

    await inMenu("Enlarge in another way…");
    await ui.locator(".segmented label", { hasText: "768 × 768 px" }).click();
    await ui.getByLabel("Made larger by").selectOption({ label: "No model: smooth, no new detail" });
    await on.designer.screenshot("enlarge-options");
    await primary("Enlarge").click();
    await ui.getByText("768 × 768 px").waitFor();
    expect(task).toEqual({ kind: "enlarge", request: { image: "image", factor: 4 } });
    await toCreate(ui);
    expect(on.designer.errors).toEqual([]);
  });

  test("the subject alone by a matting model, placed without the empty space around it; the whole one replaces it again", async () => {
    const { ui } = on.designer;
    const target = await on.designer.node("Rocket");
    await on.designer.select("Rocket");
    await primary("Generate").click();
    await primary(/^Place on canvas/).waitFor();
    await inMenu("Remove its background");
    await ui.getByText("cut out").waitFor();
    expect(task).toEqual({ kind: "matte", request: { image: "image", model: "matting/birefnet", side: 1024 } });
    const appeared = on.designer.nextLayer();
    await primary(/^Place on canvas/).click();
    await appeared;
    await on.designer.screenshot("cut-out-placed");
    const [scale, layers] = [target.width / 96, await on.designer.count()];
    const place = async () => {
      const { width, height, absoluteTransform } = await on.designer.node(/^Generated – Rocket/);
      const [[, , x], [, , y]] = absoluteTransform;
      return [x - target.absoluteTransform[0][2], y - target.absoluteTransform[1][2], width, height].map(
        (length) => Math.round(1000 * length) / 1000,
      );
    };
    expect(await place()).toEqual([12, 30, 24, 48].map((length) => Math.round(1000 * length * scale) / 1000));
    expect(await on.designer.image(/^Generated – Rocket/)).toMatchObject({ width: 24, height: 48 });
    await ui.locator(".result:not(.see-through)").first().click();
    await primary("Place instead").click();
    await ui.getByText("Placed instead").waitFor();
    expect(await on.designer.count()).toBe(layers);
    expect(await place()).toEqual([0, 0, target.width, target.height]);
    await toCreate(ui);
  });

  test(`of a Fill it is what it changed, where it lay (${SEEDS})`, async () => {
    for (const seed of SEEDS) {
      const wrong = await compare(fillCase(seed)).catch((error: Error) => {
        throw new Error(`Case ${seed}: ${error.message}`);
      });
      expect([seed, wrong]).toEqual([seed, { outside: 0, inside: 0 }]);
    }
    expect(on.designer.errors).toEqual([]);
  });

  test("several at once, each in the place of its own; one that was expanded, and what is seen through it, as a whole", async () => {
    const { ui, page } = on.designer;
    const press = (name: string) => ui.getByRole("button", { name, exact: true }).click();
    await buildFrames(page, ["one", "two", "three"]);
    await primary("Generate 3").click();
    await ui.getByText("3 of 3 painted").waitFor();
    // What is painted is placed a moment later.
    const placed = () => ui.locator(".run").first().getByText("placed", { exact: true });
    await placed().nth(2).waitFor();
    const layers = await on.designer.count();
    await press("Enlarge all");
    await ui.getByText("3 of 3 painted").waitFor();
    await placed().nth(2).waitFor();
    await until(async () => (await on.designer.count()) === layers);
    for (const i of [1, 2, 3])
      expect(await on.designer.image(new RegExp(`^Generated – Avatar ${i} `))).toMatchObject({
        width: 192,
        height: 192,
      });
    await toCreate(ui);

    await buildGlass(page);
    await ui.locator(".segmented label", { hasText: /^Fill$/ }).click();
    await ui.locator(".expand-raster img").waitFor();
    await press("50 %");
    await ui.locator("canvas.crop-mask").waitFor();
    await primary("Expand").click();
    await primary(/^Place/).waitFor();
    await ui.locator(".segmented label", { hasText: "Behind it" }).click();
    await primary(/^Place/).click();
    await ui.getByText("Place again").waitFor();
    // Its own pixels are seen through the glass once, not twice.
    expect(alphaAcross(await on.designer.pixels(/^Expanded – Glass/))).toEqual([255, 0, 0, 255]);
    await ui.getByRole("button", { name: "More" }).click();
    await ui.getByRole("menuitem", { name: "Discard", exact: true }).click();
    await toCreate(ui);
    await page.locator("canvas").click({ position: { x: 300, y: 60 } });
    await page.keyboard.press("Control+z");

    await on.designer.select("Glass");
    await primary("Expand").click();
    await primary(/^Place/).waitFor();
    await ui.locator(".segmented label", { hasText: "Grow the layer" }).click();
    await primary(/^Place/).click();
    await ui.getByText("is larger now").first().waitFor();
    expect(alphaAcross(await on.designer.pixels("Glass"))).toEqual([255, 128, 255, 255]);
    const [grown, small] = [await on.designer.node("Glass"), await on.designer.image("Glass")];
    await inMenu(`Enlarge to ${2 * small.width} × ${2 * small.height} px`);
    await primary(/^Place/).click();
    await ui.getByText("Placed instead").waitFor();
    const { width, height, absoluteTransform } = await on.designer.node("Glass");
    expect([width, height, absoluteTransform]).toEqual([grown.width, grown.height, grown.absoluteTransform]);
    expect(await on.designer.image("Glass")).toMatchObject({ width: 2 * small.width, height: 2 * small.height });
    expect(alphaAcross(await on.designer.pixels("Glass"))).toEqual([255, 128, 255, 255]);
    await toCreate(ui);
    expect(on.designer.errors).toEqual([]);
  });

  /** How many pixels of the page the larger Fill changes where no edge of it is near, at twice the canvas' scale. */
  async function compare(one: FillCase) {
    const { ui, page } = on.designer;
    const scene = await buildScene(page, one);
    const seen = async () => rgba(await look(page, scene, { scale: 2, mask: false, target: true }));
    try {
      await ui.locator(".crop-mask").waitFor();
      const before = await seen();
      await primary("Fill").click();
      await primary(/^Place/).waitFor();
      const appeared = on.designer.nextLayer();
      await primary(/^Place/).click();
      await appeared;
      const small = await seen();
      await inMenu("Enlarge what it changed, 2×");
      await primary("Place instead").click();
      await ui.getByText("Placed instead").waitFor();
      const large = await seen();
      const words = ({ data }: typeof before) => new Uint32Array(data.buffer.slice(0));
      const [was, first, now] = [words(before), words(small), words(large)];
      const changed = (x: number, y: number) => was[y * before.width + x] !== first[y * before.width + x];
      const toChanged = squaredDistances(before, changed);
      const toSame = squaredDistances(before, (x, y) => !changed(x, y));
      const reach = (2 * REACH) / (one.kind === "image" ? rasterOf(one).scale : 1) + SMOOTHED;
      let [outside, inside] = [0, 0];
      for (const [i, word] of now.entries()) {
        if (toChanged[i]! > reach ** 2 && word !== was[i]) outside++;
        if (toSame[i]! > reach ** 2 && !isNear(large.data, small.data, 4 * i)) inside++;
      }
      return { outside, inside };
    } finally {
      await clearScene(page, scene);
      await toCreate(ui);
    }
  }
});

/** Pixels of the source: what a Lanczos kernel sees of what lies around. */
const REACH = 4;
/** Pixels of the page: what the browser smooths where it draws a picture smaller. */
const SMOOTHED = 2;

const isNear = (a: Uint8Array, b: Uint8Array, at: number) =>
  [0, 1, 2, 3].every((c) => Math.abs(a[at + c]! - b[at + c]!) <= 2);
