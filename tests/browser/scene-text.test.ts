/**
 * Text over what is painted, as a designer meets it: the built plugin in the playground, the real companion and the starter model.
 * One word is painted into the picture, another stays a text layer above it.
 */
import sharp from "sharp";
import type { Editor } from "../../playground/app/editor.ts";
import { openReader } from "../pipeline/read-words.ts";
import type { Driver, Frame } from "./driver.ts";
import { inBrowser, withCompanion } from "./on-stage.ts";
import { buildShopFront, FRONT, HOURS, SIGN, WORD } from "./sign-scene.ts";
import { toCreate } from "./to-create.ts";

declare const playground: { readonly editor: Editor };

const [PATIENCE, TIMEOUT] = [180_000, 400_000];

inBrowser("text over what is painted", () => {
  const settings = { count: 1, seed: 7, seedLocked: true, steps: 8, prompt: "pizza" };
  const ready = async ({ page, select }: Driver) => {
    await buildShopFront(page);
    await select(FRONT);
  };
  const on = withCompanion({ settings, patience: PATIENCE, ready });

  const lastSubmit = (): Frame =>
    on.designer.frames.filter(({ sent, message }) => sent && message.type === "submit").at(-1)!;
  const primary = (text: string | RegExp) => on.designer.ui.locator("footer button.primary:enabled", { hasText: text });
  const choice = (word: string, name: string) =>
    on.designer.ui.getByRole("radiogroup", { name: `What becomes of “${word}”` }).getByText(name);
  /** Every layer as it is, what is selected, and where one looks. */
  const whole = () =>
    on.designer.page.evaluate(() => {
      const { scene, selection, camera } = playground.editor;
      const layers = [...scene.records.values()].map(({ children, pluginData, ...node }) => JSON.stringify(node));
      return { layers, selection: [...selection], view: [camera.zoom, camera.toScreen({ x: 0, y: 0 })] };
    });
  const text = (wanted: string) =>
    on.designer.page.evaluate(
      (name) => [...playground.editor.scene.records.values()].find((node) => node.name === name)!,
      wanted,
    );
  const generate = async (mode: string) => {
    await primary(mode).click();
    await primary(/^Place/).waitFor();
  };
  const place = async () => {
    const appeared = on.designer.nextLayer();
    await primary(/^Place/).click();
    await appeared;
  };

  test(
    "each text stays live until it is told to be painted in, by the keyboard, too",
    async () => {
      const { ui } = on.designer;
      await ui.getByRole("heading", { name: "Text over it" }).waitFor();
      expect(await ui.getByRole("radio", { name: "Live text", checked: true }).count()).toBe(2);
      await ui
        .getByRole("radiogroup", { name: `What becomes of “${WORD}”` })
        .getByRole("radio")
        .first()
        .focus();
      await on.designer.page.keyboard.press("ArrowRight");
      expect(await ui.getByRole("radio", { name: "Paint in", checked: true }).count()).toBe(1);
      await ui.getByRole("slider", { name: "How the letters look" }).waitFor();
      await ui.getByText("Placing the picture hides the text’s layer; one undo takes both back.").waitFor();
      await on.designer.screenshot("scene-text");
    },
    TIMEOUT,
  );

  test(
    "its letters are read in the picture; placed, the document holds the picture, and the text hidden, and nothing else changed",
    async () => {
      const before = await whole();
      await generate("Generate");
      const { message } = lastSubmit();
      expect((message.task as { request: object }).request).toMatchObject({
        sceneText: { image: "letters", strength: 0.75, end: 1 },
      });
      expect((message.task as { request: { image?: string } }).request.image).toBeUndefined();
      await place();
      await on.designer.ui.getByText(/is in the picture now, so its layer is hidden/).waitFor();
      await on.designer.screenshot("scene-text-placed");
      const after = await whole();
      const [sign, front, hours] = [await text(SIGN), await on.designer.node(FRONT), await text(HOURS)];
      const picture = await on.designer.node(/^Generated – /);
      expect([sign.visible, hours.visible, picture.parent]).toEqual([false, true, front.id]);
      const order = front.children;
      expect(order.indexOf(picture.id)).toBeLessThan(order.indexOf(hours.id));
      const changed = after.layers.filter((layer) => !before.layers.includes(layer)).map((layer) => JSON.parse(layer));
      expect(changed.map(({ id }) => id).sort()).toEqual([picture.id, sign.id].sort());
      expect([after.selection, after.view]).toEqual([before.selection, before.view]);
      expect(JSON.parse(picture.pluginData.recipe!)).toMatchObject({
        painted: [{ id: sign.id, name: SIGN }],
        texts: [{ id: hours.id, name: HOURS }],
      });
      const { width, height, data } = await on.designer.pixels(/^Generated – /);
      const png = await sharp(data, { raw: { width, height, channels: 4 } })
        .png()
        .toBuffer();
      const reader = await openReader();
      expect(await reader.reads(new Uint8Array(png), WORD)).toBe(true);
      reader.close();
      await on.designer.page.evaluate(() => playground.editor.undo());
      expect((await whole()).layers).toEqual(before.layers);
    },
    TIMEOUT,
  );

  test(
    "live text is not seen by the model, unless that is wished for, and stays above the picture",
    async () => {
      const { ui } = on.designer;
      await toCreate(ui);
      await choice(WORD, "Live text").click();
      await ui.locator(".segmented label", { hasText: /^Edit$/ }).click();
      const darkest = async () => {
        const { channels } = await sharp(Buffer.from(lastSubmit().attachment("image"))).stats();
        return channels[0]!.min;
      };
      await generate("Edit");
      expect(await darkest()).toBeGreaterThan(250);
      await place();
      const [front, sign, hours] = [await on.designer.node(FRONT), await text(SIGN), await text(HOURS)];
      const picture = await on.designer.node(/^Edit – /);
      expect([sign.visible, hours.visible, picture.parent]).toEqual([true, true, front.id]);
      expect(front.children.indexOf(picture.id)).toBeLessThan(front.children.indexOf(sign.id));
      await toCreate(ui);
      await ui.getByRole("checkbox", { name: "The model sees live text, too" }).check();
      await generate("Edit");
      expect(await darkest()).toBeLessThan(100);
    },
    TIMEOUT,
  );
});
