/** The first picture: painted, placed, undone, read about, cut out, by the keyboard, and dragged. */
import { GENERATED, type Play } from "./play.ts";

export function firstPicture(play: Play): void {
  test("selects a tile, types a prompt, sees the picture grow, and places it exactly over the tile", async () => {
    const { page, ui } = play.designer;
    const box = await play.designer.screenBox("Rocket");
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await ui.getByText("Frame · 128 × 128").waitFor();
    await ui.locator("#prompt").fill("rocket");
    await ui.locator("footer button.primary:enabled", { hasText: "Generate" }).waitFor();
    await play.designer.screenshot("ready");
    // A preview may be gone before the driver looks: the page itself watches for it.
    const previewed = ui.locator("body").evaluate(
      (body) =>
        new Promise<boolean>((resolve) => {
          const look = () => body.querySelector(".preview img") !== null && resolve(true);
          new MutationObserver(look).observe(body, { subtree: true, childList: true, attributes: true });
        }),
    );
    await ui.locator("#prompt").press("Control+Enter");
    await previewed;
    await play.designer.screenshot("painting");
    await play.painted();
    const before = await play.designer.count();
    await play.placeIt();
    const [target, result] = [await play.designer.node("Rocket"), await play.designer.node(GENERATED)];
    expect(result.absoluteTransform).toEqual(target.absoluteTransform);
    expect([result.width, result.height, result.below]).toEqual([128, 128, target.id]);
    const recipe = JSON.parse(result.pluginData.recipe!) as Record<string, unknown>;
    expect(recipe.request).toMatchObject({ prompt: "rocket", steps: 4, seed: 7 });
    expect(recipe.madeWith).toMatchObject([{ name: "Starter", as: "model", licence: expect.stringMatching(/MIT/) }]);
    expect((await play.designer.image(GENERATED)).colors).toBeGreaterThan(100);
    await play.designer.screenshot("placed");

    await page.locator("canvas").click({ position: { x: 300, y: 60 } });
    const badge = ui.getByText("placed", { exact: true });
    await badge.waitFor();
    await page.keyboard.press("Control+z");
    expect(await play.designer.count()).toBe(before);
    await badge.waitFor({ state: "detached" });
    await page.keyboard.press("Control+Shift+z");
    expect(await play.designer.count()).toBe(before + 1);
    await badge.waitFor();
  });

  test("reads what a picture was made with, and what the licence allows: at the picture, and at its layer", async () => {
    const { ui } = play.designer;
    const madeWith = ui.locator(".made-with");
    const look = async (name: string) => {
      await madeWith.getByText("Made with Starter · commercial use allowed").click();
      await madeWith.getByText("Licence: Free for any use, commercial use too (MIT).").waitFor();
      await madeWith.getByText("Commercial use: allowed").waitFor();
      await madeWith.getByText(/^SHA-256 of its files [0-9a-f]{16}…$/).waitFor();
      await play.designer.screenshot(name);
    };
    await ui.getByRole("button", { name: "More" }).click();
    await ui.getByRole("menuitem", { name: "Show it large" }).click();
    await look("made-with-picture");
    await play.back();
    await play.designer.select("Generated – Rocket (seed 7)");
    await look("made-with-layer");
    await play.designer.select("Rocket");
    await madeWith.waitFor({ state: "detached" });
    await ui.getByRole("button", { name: "History" }).click();
  });

  test("places a picture without its background: soft edges, nothing around them", async () => {
    const { page, ui } = play.designer;
    await ui.getByRole("button", { name: "More" }).click();
    const count = await play.designer.count();
    const { width, height } = await play.designer.image(GENERATED);
    const share = async () => ((await play.designer.shown(GENERATED))?.count ?? 0) / (width * height);
    expect(await share()).toBe(1);
    await ui.getByRole("menuitem", { name: "Place without its background" }).click();
    // It takes the place of the whole picture.
    const end = Date.now() + 120_000;
    while ((await share()) === 1 && Date.now() < end) await page.waitForTimeout(20);
    expect(await play.designer.count()).toBe(count);
    expect(await share()).toBeGreaterThan(0.05);
    expect(await share()).toBeLessThan(0.8);
    await page.locator("canvas").click({ position: { x: 300, y: 60 } });
    await play.designer.screenshot("cut-out");
    await page.keyboard.press("Control+z");
  });

  test("goes from the prompt to a placed layer by the keyboard alone, and Escape leaves the prompt, not the plugin", async () => {
    const { page, ui } = play.designer;
    await play.back();
    await play.designer.select("Rocket");
    // What the first one took is known by now.
    await ui.getByText(/^About \d+ s · \d+(\.\d)? of \d+(\.\d)? GB$/).waitFor();
    await play.designer.screenshot("preflight");
    await ui.locator("#prompt").press("Escape");
    expect(await ui.locator("#prompt").evaluate((area) => area === document.activeElement)).toBe(false);
    await ui.locator("#prompt").press("Control+Enter");
    await play.painted();
    await ui.locator(".result.on:focus").waitFor();
    const appeared = play.designer.nextLayer();
    await page.keyboard.press("Enter");
    await appeared;
    await page.getByTestId("plugin-window").waitFor();
    await page.locator("canvas").click({ position: { x: 300, y: 60 } });
    await page.keyboard.press("Control+z");
  });

  test("drags a picture from the panel onto the canvas: it lies where it was dropped", async () => {
    const { page, ui } = play.designer;
    await play.designer.look("Icon set");
    if (!(await ui.locator(".result.done").first().isVisible()))
      await ui.getByRole("button", { name: "History" }).click();
    const box = (await ui.locator(".result.done").first().boundingBox())!;
    const house = await play.designer.screenBox("House");
    const [x, y] = [house.x + house.width / 2, house.y + house.height / 2];
    const appeared = play.designer.nextLayer();
    await page.mouse.move(box.x + 40, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(x, y, { steps: 6 });
    await page.mouse.up();
    await appeared;
    const [target, result] = [await play.designer.node("House"), await play.designer.node(GENERATED)];
    const middle = ({ absoluteTransform: [[, , left], [, , top]], width, height }: typeof target) => [
      left + width / 2,
      top + height / 2,
    ];
    for (const axis of [0, 1]) expect(Math.abs(middle(result)[axis]! - middle(target)[axis]!)).toBeLessThan(2);
    expect(result.parent).toBe(target.id);
    await page.locator("canvas").click({ position: { x: 300, y: 60 } });
    await page.keyboard.press("Control+z");
  });
}
