/**
 * Text over what is painted, as a designer meets it: the built plugin in the playground, the real companion and the starter model.
 * One word is painted into the picture, another stays a text layer above it.
 */
import path from "node:path";
import sharp from "sharp";
import type { Editor } from "../../playground/app/editor.ts";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { openReader } from "../pipeline/read-words.ts";
import { createDataFolder, PAIRING_CODE, removeDataFolder, startCompanion } from "./companion-process.ts";
import type { Driver, Frame } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { openStage, type Stage } from "./open-stage.ts";
import { buildShopFront, FRONT, HOURS, SIGN, WORD } from "./sign-scene.ts";
import { toCreate } from "./to-create.ts";

declare const playground: { readonly editor: Editor };

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;
const [PATIENCE, TIMEOUT] = [180_000, 400_000];
const SETTINGS = { ...DEFAULT_SETTINGS, count: 1, seed: 7, seedLocked: true, steps: 8, prompt: "pizza" };

inBrowser(`text over what is painted${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  const home = createDataFolder();
  let stage: Stage | undefined;
  let designer: Driver;

  beforeAll(async () => {
    if ("missing" in found) return;
    const answer = async () => (await startCompanion(root, home)).stop;
    stage = await openStage({ root, path: found.path, settings: SETTINGS, answer });
    ({ designer } = stage);
    designer.page.context().setDefaultTimeout(PATIENCE);
    await designer.ui.getByLabel("Pairing code, six digits").fill(PAIRING_CODE);
    await designer.ui.getByText("Nothing selected").waitFor();
    await buildShopFront(designer.page);
    await designer.select(FRONT);
  }, PATIENCE);
  afterAll(async () => {
    await stage?.close();
    removeDataFolder(home);
  });

  const lastSubmit = (): Frame =>
    designer.frames.filter(({ sent, message }) => sent && message.type === "submit").at(-1)!;
  const primary = (text: string | RegExp) => designer.ui.locator("footer button.primary:enabled", { hasText: text });
  const choice = (word: string, name: string) =>
    designer.ui.getByRole("radiogroup", { name: `What becomes of “${word}”` }).getByText(name);
  /** Every layer as it is, what is selected, and where one looks. */
  const whole = () =>
    designer.page.evaluate(() => {
      const { scene, selection, camera } = playground.editor;
      const layers = [...scene.records.values()].map(({ children, pluginData, ...node }) => JSON.stringify(node));
      return { layers, selection: [...selection], view: [camera.zoom, camera.toScreen({ x: 0, y: 0 })] };
    });
  const text = (wanted: string) =>
    designer.page.evaluate(
      (name) => [...playground.editor.scene.records.values()].find((node) => node.name === name)!,
      wanted,
    );
  const generate = async (mode: string) => {
    await primary(mode).click();
    await primary(/^Place/).waitFor();
  };
  const place = async () => {
    const appeared = designer.nextLayer();
    await primary(/^Place/).click();
    await appeared;
  };

  test(
    "each text stays live until it is told to be painted in, by the keyboard, too",
    async () => {
      const { ui } = designer;
      await ui.getByRole("heading", { name: "Text over it" }).waitFor();
      expect(await ui.getByRole("radio", { name: "Live text", checked: true }).count()).toBe(2);
      await ui
        .getByRole("radiogroup", { name: `What becomes of “${WORD}”` })
        .getByRole("radio")
        .first()
        .focus();
      await designer.page.keyboard.press("ArrowRight");
      expect(await ui.getByRole("radio", { name: "Paint in", checked: true }).count()).toBe(1);
      await ui.getByRole("slider", { name: "How the letters look" }).waitFor();
      await ui.getByText("Placing the picture hides the text’s layer; one undo takes both back.").waitFor();
      await designer.screenshot("scene-text");
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
      await designer.ui.getByText(/is in the picture now, so its layer is hidden/).waitFor();
      await designer.screenshot("scene-text-placed");
      const after = await whole();
      const [sign, front, hours] = [await text(SIGN), await designer.node(FRONT), await text(HOURS)];
      const picture = await designer.node(/^Generated – /);
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
      const { width, height, data } = await designer.pixels(/^Generated – /);
      const png = await sharp(data, { raw: { width, height, channels: 4 } })
        .png()
        .toBuffer();
      const reader = await openReader();
      expect(await reader.reads(new Uint8Array(png), WORD)).toBe(true);
      reader.close();
      await designer.page.evaluate(() => playground.editor.undo());
      expect((await whole()).layers).toEqual(before.layers);
    },
    TIMEOUT,
  );

  test(
    "live text is not seen by the model, unless that is wished for, and stays above the picture",
    async () => {
      const { ui } = designer;
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
      const [front, sign, hours] = [await designer.node(FRONT), await text(SIGN), await text(HOURS)];
      const picture = await designer.node(/^Edit – /);
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
