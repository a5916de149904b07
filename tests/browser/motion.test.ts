/**
 * A loop from the panel, in a real browser, drawn by the real companion with a tiny model and its motion module: the choice is
 * there where the module is, and the layer's fill is the GIF itself.
 */
import { copyFileSync, cpSync } from "node:fs";
import path from "node:path";
import type { Editor } from "../../playground/app/editor.ts";
import { gifFacts } from "../image/gif-frames.ts";
import { inBrowser, root, withCompanion } from "./on-stage.ts";
import { bothThemes } from "./tools/both-themes.ts";

declare const playground: { readonly editor: Editor };

const parity = path.join(root, "tests/fixtures/parity");

inBrowser("A loop", () => {
  const models = (folder: string) => {
    cpSync(path.join(parity, "models/sd1"), path.join(folder, "tiny"), { recursive: true });
    copyFileSync(path.join(parity, "motion-models/v1.safetensors"), path.join(folder, "small-motion.safetensors"));
  };
  const on = withCompanion({ models, settings: { model: "tiny", count: 1, steps: 2, seed: 7, seedLocked: true } });

  test("is chosen by its length, plays in the panel and lies in the layer as a GIF", async () => {
    const { ui, page } = on.designer;
    await on.designer.select("Rocket");
    const choice = ui.getByRole("radiogroup", { name: "Move" });
    await choice.waitFor();
    await ui.locator("#prompt").fill("red apple");
    await choice.getByText("2 s").click();
    await choice.scrollIntoViewIfNeeded();
    if (process.env.UNDERPAINT_SCREENSHOTS)
      await bothThemes(on.designer, path.join(process.env.UNDERPAINT_SCREENSHOTS, "motion-choice"));
    await ui.locator("footer button.primary:enabled", { hasText: "Generate" }).click();
    const ready = ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
    await ready.waitFor();
    const picture = ui.getByRole("option").first();
    await picture.getByText("GIF").waitFor();
    if (process.env.UNDERPAINT_SCREENSHOTS)
      await bothThemes(on.designer, path.join(process.env.UNDERPAINT_SCREENSHOTS, "motion-result"));
    const placed = on.designer.nextLayer();
    await ready.click();
    await placed;
    const { fills, pluginData } = await on.designer.node(/^Generated/);
    const { imageHash } = (fills as unknown as { imageHash: string }[])[0]!;
    const bytes = await page.evaluate((hash) => Array.from(playground.editor.images.find(hash)!.bytes), imageHash);
    expect(gifFacts(Uint8Array.from(bytes))).toMatchObject({ loop: 0, delays: { length: 16 } });
    expect(JSON.parse(pluginData.recipe!).request.motion).toEqual({
      ...{ model: "small-motion", frames: 9, frameRate: 8, loop: "ping-pong" },
    });
    await on.designer.look("Rocket");
    await on.designer.screenshot("motion-placed");
    expect(on.designer.errors).toEqual([]);
  });

  test("begins with a still in Edit, and is not offered for a Fill", async () => {
    const { ui } = on.designer;
    const create = ui.getByRole("button", { name: "Create", exact: true });
    if (await create.isVisible()) await create.click();
    await on.designer.select("Picture to repair");
    await ui.locator(".segmented label", { hasText: "Edit" }).click();
    await ui.getByText("Your picture begins to move").waitFor();
    await ui.locator("footer button.primary:enabled", { hasText: "Edit" }).click();
    const ready = ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
    await ready.waitFor();
    const { message } = on.designer.frames.findLast(({ sent, message: { type } }) => sent && type === "submit")!;
    expect(message).toMatchObject({ task: { request: { image: "image", motion: { frames: 9 } } } });
    if (await create.isVisible()) await create.click();
    await ui.locator(".segmented label", { hasText: "Fill" }).click();
    expect(await ui.getByRole("radiogroup", { name: "Move" }).count()).toBe(0);
    expect(on.designer.errors).toEqual([]);
  });
});
