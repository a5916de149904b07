/**
 * A key visual becomes a set of formats, in a real browser with the real companion and the starter model: offered, looked at by mouse
 * and keyboard, made beside the original, and painted where its picture leaves its frame open.
 */
import type { Editor } from "../../playground/app/editor.ts";
import { inBrowser, withCompanion } from "./on-stage.ts";

declare const playground: { readonly editor: Editor };

/** A loaded machine takes its time. */
const [PATIENCE, TIMEOUT] = [180_000, 400_000];

inBrowser("A set of formats", () => {
  const settings = { steps: 2, prompt: "lemon", seed: 3, seedLocked: true, window: { width: 320, height: 760 } };
  const on = withCompanion({ settings, patience: PATIENCE, ready: () => buildPoster() });

  /** Right of the sample: the breakfast, with a headline and a button over it. Selected, and in view. */
  const buildPoster = () =>
    on.designer.page.evaluate(() => {
      const { editor } = playground;
      const { scene } = editor;
      const breakfast = [...scene.records.values()].find(({ name }) => name === "Breakfast")!;
      const at = (x: number, y: number): [[number, number, number], [number, number, number]] => [
        [1, 0, x],
        [0, 1, y],
      ];
      const ink = [{ type: "SOLID" as const, color: { r: 0.1, g: 0.1, b: 0.1 } }];
      const poster = scene.create("FRAME", editor.page, {
        ...{ name: "Poster", width: 1080, height: 1080, transform: at(5000, 0), clipsContent: true },
      }).id;
      const whole = { width: 1080, height: 1080, transform: at(0, 0) };
      scene.create("RECTANGLE", poster, { ...whole, name: "Key picture", fills: breakfast.fills });
      const text = { fontName: { family: "Inter", style: "Bold" }, fills: ink };
      scene.create("TEXT", poster, {
        ...{ ...text, name: "Headline", characters: "Good morning", fontSize: 72 },
        ...{ width: 480, height: 88, transform: at(80, 80) },
      });
      scene.create("TEXT", poster, {
        ...{ ...text, name: "Line", characters: "From your market", fontSize: 28 },
        ...{ width: 260, height: 34, transform: at(80, 180) },
      });
      scene.onChange();
      editor.history.commit();
      editor.select([poster]);
      editor.zoomTo([poster]);
    });

  const primary = (text: string | RegExp) => on.designer.ui.locator("footer button.primary:enabled", { hasText: text });
  /** What must stay as it was: what is selected, and where one looks. */
  const whereabouts = () =>
    on.designer.page.evaluate(() => {
      const { editor } = playground;
      const { origin, zoom } = editor.camera;
      return { selection: [...editor.scene.get(editor.page).selection], camera: { ...origin, zoom } };
    });
  const boards = () =>
    on.designer.page.evaluate(() => {
      const { scene } = playground.editor;
      return [...scene.records.values()]
        .filter(({ name, type }) => type === "FRAME" && name.startsWith("Poster – "))
        .map((frame) => ({ ...frame, inside: frame.children.map((id) => scene.get(id)) }));
    });
  const themes = async (name: string) => {
    for (const theme of ["light", "dark"] as const) {
      await on.designer.page.evaluate((chosen) => playground.editor.setTheme(chosen), theme);
      await on.designer.screenshot(`${name}-${theme}`);
    }
    await on.designer.page.evaluate(() => playground.editor.setTheme("light"));
  };
  const format = (name: string) =>
    on.designer.ui.locator(".formats li").filter({ has: on.designer.ui.getByText(name, { exact: true }) });
  const subject = async () => on.designer.ui.getByRole("button", { name: /^Subject:/ });

  test(
    "formats are offered with what each will look like; the subject is moved and sized by keyboard",
    async () => {
      const { ui, page } = on.designer;
      const before = await whereabouts();
      await ui.getByRole("button", { name: "Make a set of formats…" }).click();
      await ui.getByRole("heading", { name: "Formats", exact: true }).waitFor();
      const boxes = ui.locator(".formats input:checked");
      await boxes.nth(3).waitFor();
      expect(await boxes.count()).toBe(4);
      await format("728 × 90").getByRole("checkbox").check();
      await ui.getByText(/“Headline” is larger than the safe area/).waitFor();
      await themes("artboards-set");
      await format("728 × 90").getByRole("checkbox").uncheck();
      await (await subject()).focus();
      const was = await (await subject()).getAttribute("aria-label");
      await page.keyboard.press("Shift+ArrowUp");
      await page.keyboard.press("Shift+ArrowLeft");
      await page.keyboard.press("ArrowRight");
      expect(await (await subject()).getAttribute("aria-label")).not.toBe(was);
      await ui.getByRole("button", { name: "As it was found" }).click();
      expect(await (await subject()).getAttribute("aria-label")).toBe(was);
      // A box drawn by mouse: what fits into the safe area is only cropped in the picture's own shape.
      const { x, y, width, height } = (await (await subject()).boundingBox())!;
      await page.mouse.move(x + 0.3 * width, y + 0.35 * height);
      await page.mouse.down();
      await page.mouse.move(x + 0.7 * width, y + 0.75 * height, { steps: 4 });
      await page.mouse.up();
      await format("1:1").getByText("only cropped").waitFor();
      expect(await whereabouts()).toEqual(before);
    },
    TIMEOUT,
  );

  test(
    "one press makes the frames in one step, and paints what their pictures leave open, all as one run",
    async () => {
      const { ui } = on.designer;
      await ui
        .getByLabel(/^(1:1|4:5)/)
        .first()
        .check();
      await format("4:5").getByRole("checkbox").uncheck();
      const before = await whereabouts();
      const poster = await on.designer.node("Poster");
      await primary("Make 3 frames").click();
      await ui.locator("footer").getByText("2 of 2 painted").waitFor({ timeout: PATIENCE });
      await ui.locator(".batch").getByText("placed", { exact: true }).nth(1).waitFor({ timeout: PATIENCE });
      await themes("artboards-made");
      const made = await boards();
      expect(made.map(({ name, width, height }) => [name, width, height])).toEqual([
        ["Poster – 1:1", 1080, 1080],
        ["Poster – 9:16", 1080, 1920],
        ["Poster – 16:9", 1920, 1080],
      ]);
      expect(await whereabouts()).toEqual(before);
      expect(await on.designer.node("Poster")).toEqual(poster);
      for (const { name, inside } of made) {
        const texts = inside.filter(({ type }) => type === "TEXT");
        expect(texts.map(({ characters, fontSize, width }) => [characters, fontSize, width])).toEqual([
          ["Good morning", 72, 480],
          ["From your market", 28, 260],
        ]);
        // What was painted lies under the picture, and under the texts; the square one is only cropped.
        const names = inside.map((node) => node.name.replace(/ \(seed.*/, ""));
        const picture = `Key picture – ${name.slice("Poster – ".length)}`;
        const painted = name.endsWith("1:1") ? [] : [`Expanded – ${picture}`];
        expect(names).toEqual([...painted, picture, "Headline", "Line"]);
      }
      const asked = on.designer.frames.filter(({ sent, message }) => sent && message.type === "submit");
      expect(asked.length).toBe(2);
      // Where the headline lies the ground is asked to be calm: as wide and high as the text, in pixels of the picture (512 of 1080).
      for (const { message } of asked) {
        const { request } = message.task as { request: { region: { calm: { width: number; height: number }[] } } };
        const { calm } = request.region;
        expect(calm).toHaveLength(1);
        expect(calm[0]!.width / calm[0]!.height).toBeCloseTo(480 / 88, 3);
      }
      await on.designer.page.evaluate(() => {
        const { editor } = playground;
        const ids = [...editor.scene.records.values()]
          .filter(({ name }) => name.startsWith("Poster"))
          .map(({ id }) => id);
        editor.zoomTo(ids);
      });
      await on.designer.screenshot("artboards-canvas");
      expect(on.designer.errors).toEqual([]);
    },
    TIMEOUT,
  );

  test(
    "what was chosen is remembered, and a result can be made again from its own layer",
    async () => {
      const { ui, page } = on.designer;
      await page.evaluate(() => {
        const { editor } = playground;
        const painted = [...editor.scene.records.values()].find(({ name }) => /^Expanded.*9:16/.test(name))!;
        editor.select([painted.id]);
      });
      await ui.getByRole("button", { name: "Create", exact: true }).click();
      await ui.getByRole("button", { name: "Use its settings" }).click();
      await primary("Expand").waitFor();
      await on.designer.select("Poster");
      await ui.getByRole("button", { name: "Make a set of formats…" }).click();
      await format("4:5").waitFor();
      expect(await format("4:5").getByRole("checkbox").isChecked()).toBe(false);
      expect(await format("9:16").getByRole("checkbox").isChecked()).toBe(true);
      await page.keyboard.press("Escape");
      await ui.getByRole("button", { name: "Make a set of formats…" }).waitFor();
      expect(on.designer.errors).toEqual([]);
    },
    TIMEOUT,
  );
});
