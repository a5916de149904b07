/**
 * A picture split into layers from the panel, in a real browser, by the real companion with a tiny Qwen-Image-Layered: it is offered
 * where the model is, and one group of layers lies over the picture, in one step of undo. What is painted is noise.
 */
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { Editor } from "../../playground/app/editor.ts";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { QWEN_LAYERED } from "../checkpoint/qwen-image-sample.ts";
import { createDataFolder, PAIRING_CODE, removeDataFolder, startCompanion } from "./companion-process.ts";
import type { Driver } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { openStage, type Stage } from "./open-stage.ts";
import { bothThemes } from "./tools/both-themes.ts";

declare const playground: { readonly editor: Editor };

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;
const SCREENSHOTS = process.env.UNDERPAINT_SCREENSHOTS;

inBrowser(`Layers${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let stage: Stage | undefined;
  let designer: Driver;
  const home = createDataFolder();

  beforeAll(async () => {
    if ("missing" in found) return;
    const models = path.join(home, "own-models");
    mkdirSync(models);
    cpSync(QWEN_LAYERED, path.join(models, "Layered"), { recursive: true });
    const answer = async () => {
      const companion = await startCompanion(root, home, ["--models", models]);
      return () => companion.stop();
    };
    const settings = { ...DEFAULT_SETTINGS, count: 1, seed: 7, seedLocked: true };
    stage = await openStage({ root, path: found.path, settings, answer });
    ({ designer } = stage);
    await designer.ui.getByLabel("Pairing code").first().fill(PAIRING_CODE);
    await designer.ui.getByText("Nothing selected").waitFor();
  });
  afterAll(async () => {
    await stage?.close();
    removeDataFolder(home);
  });

  test("a picture becomes one group of layers over it, named as it is, and one undo takes it away", async () => {
    const { ui, page } = designer;
    await designer.select("Breakfast");
    const choice = ui.getByRole("radiogroup", { name: "What happens to the picture" });
    expect(await choice.count()).toBe(0);
    await ui.locator(".segmented label", { hasText: "Edit" }).click();
    await choice.getByText("Split into layers").click();
    const layers = ui.getByRole("group", { name: "Layers" });
    await layers.getByRole("button", { name: "Fewer" }).click();
    await layers.getByText("3").waitFor();
    await ui.getByText("Say below what is in the picture").waitFor();
    if (SCREENSHOTS) await bothThemes(designer, path.join(SCREENSHOTS, "layers-choice"));
    await ui.locator("#prompt").fill("a breakfast");
    await ui.locator("footer button.primary:enabled", { hasText: "Split" }).click();
    const ready = ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
    await ready.waitFor();
    await ui.getByRole("option").first().getByText("3 layers").waitFor();
    if (SCREENSHOTS) await bothThemes(designer, path.join(SCREENSHOTS, "layers-result"));
    const { message } = designer.frames.findLast(({ sent, message: { type } }) => sent && type === "submit")!;
    expect(message).toMatchObject({ task: { request: { image: "image", split: { layers: 3, resolution: 640 } } } });

    const placed = designer.nextLayer();
    await ready.click();
    await placed;
    const group = await designer.node("Breakfast");
    expect(group).toMatchObject({ type: "GROUP", pluginData: { job: expect.any(String) } });
    const seen = await page.evaluate((id) => {
      const { scene } = playground.editor;
      const siblings = scene.get(scene.get(id).parent!).children;
      const target = scene.get(siblings[siblings.indexOf(id) - 1]!);
      const look = (one: string) => {
        const { name, width, height, fills } = scene.get(one);
        const image = (fills as unknown as { imageHash: string }[])[0]!.imageHash;
        return { name, size: [width, height], transform: scene.absoluteTransform(one), image };
      };
      return {
        children: scene.get(id).children.map(look),
        target: {
          name: target.name,
          size: [target.width, target.height],
          transform: scene.absoluteTransform(target.id),
        },
      };
    }, group.id);
    expect(seen.target.name).toBe("Breakfast");
    expect(seen.children.map(({ name }) => name)).toEqual(["Background", "Layer 2", "Layer 3"]);
    expect(new Set(seen.children.map(({ image }) => image)).size).toBe(3);
    for (const { size, transform } of seen.children)
      expect({ size, transform }).toEqual({ size: seen.target.size, transform: seen.target.transform });
    await designer.look("Breakfast");
    await designer.screenshot("layers-placed");

    await page.evaluate(() => playground.editor.undo());
    expect((await designer.node("Breakfast")).type).not.toBe("GROUP");
    expect(designer.errors).toEqual([]);
  });
});
