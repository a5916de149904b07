/**
 * A picture split into layers from the panel, in a real browser, by the real companion with a tiny Qwen-Image-Layered: it is offered
 * where the model is, and one group of layers lies over the picture, in one step of undo. What is painted is noise.
 */
import { cpSync } from "node:fs";
import path from "node:path";
import type { Editor } from "../../playground/app/editor.ts";
import { QWEN_LAYERED } from "../checkpoint/qwen-image-sample.ts";
import { inBrowser, withCompanion } from "./on-stage.ts";
import { bothThemes } from "./tools/both-themes.ts";

declare const playground: { readonly editor: Editor };

const SCREENSHOTS = process.env.UNDERPAINT_SCREENSHOTS;

inBrowser("Layers", () => {
  const models = (folder: string) => cpSync(QWEN_LAYERED, path.join(folder, "Layered"), { recursive: true });
  const on = withCompanion({ models, settings: { count: 1, seed: 7, seedLocked: true } });

  test("a picture becomes one group of layers over it, named as it is, and one undo takes it away", async () => {
    const { ui, page } = on.designer;
    await on.designer.select("Breakfast");
    const choice = ui.getByRole("radiogroup", { name: "What happens to the picture" });
    expect(await choice.count()).toBe(0);
    await ui.locator(".segmented label", { hasText: "Edit" }).click();
    await choice.getByText("Split into layers").click();
    const layers = ui.getByRole("group", { name: "Layers" });
    await layers.getByRole("button", { name: "Fewer" }).click();
    await layers.getByText("3").waitFor();
    await ui.getByText("Say below what is in the picture").waitFor();
    if (SCREENSHOTS) await bothThemes(on.designer, path.join(SCREENSHOTS, "layers-choice"));
    await ui.locator("#prompt").fill("a breakfast");
    await ui.locator("footer button.primary:enabled", { hasText: "Split" }).click();
    const ready = ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
    await ready.waitFor();
    await ui.getByRole("option").first().getByText("3 layers").waitFor();
    if (SCREENSHOTS) await bothThemes(on.designer, path.join(SCREENSHOTS, "layers-result"));
    const { message } = on.designer.frames.findLast(({ sent, message: { type } }) => sent && type === "submit")!;
    expect(message).toMatchObject({ task: { request: { image: "image", split: { layers: 3, resolution: 640 } } } });

    const placed = on.designer.nextLayer();
    await ready.click();
    await placed;
    const group = await on.designer.node("Breakfast");
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
    await on.designer.look("Breakfast");
    await on.designer.screenshot("layers-placed");

    await page.evaluate(() => playground.editor.undo());
    expect((await on.designer.node("Breakfast")).type).not.toBe("GROUP");
    expect(on.designer.errors).toEqual([]);
  });
});
