/**
 * What a designer does while a picture is made and after it, in a real browser: moves its layer, edits it, undoes, goes on elsewhere,
 * writes too much, asks for a model by its name.
 */
import type { Locator } from "playwright-core";
import sharp from "sharp";
import { inBrowser, withStandIn } from "./on-stage.ts";
import { toCreate } from "./to-create.ts";

const TIMEOUT = 60_000;

inBrowser("second thoughts", () => {
  const size = { width: 64, height: 64 };
  let made = 0;
  const make = async () => {
    const background = { r: 40 * (++made % 6), g: 160, b: 80 };
    const bytes = await sharp({ create: { ...size, channels: 3, background } })
      .png()
      .toBuffer();
    return { ...size, bytes: new Uint8Array(bytes) };
  };
  const on = withStandIn({ make, settings: { count: 1 } });
  afterEach(() => expect(on.designer.errors).toEqual([]));

  const primary = (text: string | RegExp) => on.designer.ui.locator("footer button.primary:enabled", { hasText: text });
  const link = (text: string) => on.designer.ui.locator(".notice button.link", { hasText: text });
  const undo = async () => {
    await on.designer.page.locator("canvas").click({ position: { x: 300, y: 60 } });
    await on.designer.page.keyboard.press("Control+z");
  };
  async function isCount(found: Locator, count: number): Promise<void> {
    const end = Date.now() + 120_000;
    while ((await found.count()) !== count && Date.now() < end) await on.designer.page.waitForTimeout(20);
    expect(await found.count()).toBe(count);
  }
  async function paint(name: string, prompt = "x"): Promise<void> {
    await toCreate(on.designer.ui);
    await on.designer.select(name);
    await on.designer.ui.locator("#prompt").fill(prompt);
    await primary("Generate").click();
    await on.designer.ui.locator(".result.on.done").waitFor();
  }
  const corner = async (name: string | RegExp) => {
    const { absoluteTransform, width, height } = await on.designer.node(name);
    return [absoluteTransform, width, height];
  };

  test(
    "a layer that was moved, made larger or paler is followed without a question",
    async () => {
      await paint("Rocket");
      const { transform } = await on.designer.node("Rocket");
      const [[a, b, x], [c, d, y]] = transform;
      await on.designer.change("Rocket", {
        transform: [
          [a, b, x + 1],
          [c, d, y + 3],
        ],
      });
      await on.designer.change("Rocket", { opacity: 0.8, width: 140 });
      const appeared = on.designer.nextLayer();
      await primary("Place on canvas").click();
      await appeared;
      expect(await corner(/^Generated – Rocket/)).toEqual(await corner("Rocket"));
    },
    TIMEOUT,
  );

  test(
    "undone, it is called placed no more; done again, it is",
    async () => {
      const { ui, page } = on.designer;
      await ui.locator(".result.on").getByText("placed").waitFor();
      await undo();
      await ui.locator(".result.on").getByText("placed").waitFor({ state: "detached" });
      await primary("Place on canvas").waitFor();
      await page.keyboard.press("Control+Shift+z");
      await ui.locator(".result.on").getByText("placed").waitFor();
      await undo();
    },
    TIMEOUT,
  );

  test(
    "a layer that shows something else asks, and can be covered all the same",
    async () => {
      await paint("House");
      await on.designer.change("House", { fills: [{ type: "SOLID", color: { r: 0, g: 0, b: 1 } }] });
      const before = await on.designer.count();
      await primary("Place on canvas").click();
      await link("Place as new layer").waitFor();
      expect(await on.designer.count()).toBe(before);
      const appeared = on.designer.nextLayer();
      await link("Place over it anyway").click();
      await appeared;
      expect(await corner(/^Generated – House/)).toEqual(await corner("House"));
    },
    TIMEOUT,
  );

  test(
    "a placed picture's settings bring its seed along, and keep it for no other layer",
    async () => {
      const { ui, page } = on.designer;
      const seed = async () => {
        const said = await ui.locator(".settings > summary").textContent();
        return /seed (\d+)/.exec(said ?? "")?.[1];
      };
      await on.designer.select((await on.designer.node(/^Generated – House/)).name);
      await page.getByRole("button", { name: /Generate again/ }).click();
      await ui.locator("#prompt").waitFor();
      expect(await seed()).toBeUndefined();
      await paint("Sun");
      await toCreate(ui);
      await on.designer.select("Star");
      expect(await seed()).toBeUndefined();
    },
    TIMEOUT,
  );

  test(
    "another picture takes the placed one's layer, in one step; words find a run, and what has no star is cleared away",
    async () => {
      const { ui } = on.designer;
      const results = ui.locator(".run").first().locator(".result");
      const shown = async () => JSON.stringify((await on.designer.node(/^Generated – Star/)).fills);
      for (const name of ["Rainbow", "Frog"]) await paint(name);
      await toCreate(ui);
      await ui.getByRole("group", { name: "Pictures" }).getByRole("button", { name: "More" }).click();
      await paint("Star", "star of six");
      await results.nth(1).and(ui.locator(".done")).waitFor();
      await results.first().click();
      const appeared = on.designer.nextLayer();
      await primary("Place on canvas").click();
      await appeared;
      const [layers, first] = [await on.designer.count(), await shown()];
      await results.nth(1).click();
      await primary("Place instead").click();
      await results.nth(1).getByText("placed").waitFor();
      expect(await on.designer.count()).toBe(layers);
      expect(await shown()).not.toBe(first);
      await undo();
      await results.first().getByText("placed").waitFor();
      expect([await on.designer.count(), await shown()]).toEqual([layers, first]);

      await ui.getByLabel("Find pictures by their prompt or layer").fill("SIX star");
      await isCount(ui.locator(".run"), 1);
      await ui.getByLabel("Find pictures by their prompt or layer").fill("");
      await results.nth(1).click();
      await ui.getByRole("button", { name: "Star", exact: true }).click();
      await ui.getByRole("button", { name: "More", exact: true }).click();
      await ui.getByRole("menuitem", { name: "Discard all without a star" }).click();
      await isCount(ui.locator(".result"), 1);
      await ui.locator(".result .starred").waitFor();
    },
    TIMEOUT,
  );

  test(
    "a prompt that is too long is said to be, and none of it is cut",
    async () => {
      const { ui } = on.designer;
      await toCreate(ui);
      await on.designer.select("Sun");
      const long = "sun, ".repeat(900).trim();
      await ui.locator("#prompt").fill(long);
      await ui.getByText("4,499 of 4,000 characters").waitFor();
      await ui.getByText("The prompt is too long: shorten it").waitFor();
      expect(await ui.locator("#prompt").inputValue()).toBe(long);
      expect(await ui.locator("footer button.primary").isEnabled()).toBe(false);
      await ui.locator("#prompt").fill("sun");
    },
    TIMEOUT,
  );

  test(
    "a model is asked for by its name; an address of another place says what to do",
    async () => {
      const { ui } = on.designer;
      await ui.locator("button.model").click();
      const field = ui.getByLabel(/Hugging Face/);
      await field.fill("https://civitai.com/models/4384");
      await ui.getByText(/Only models on Hugging Face/).waitFor();
      on.designer.frames.length = 0;
      await field.fill("segmind/tiny-sd");
      await ui.getByRole("button", { name: "Download", exact: true }).last().click();
      const end = Date.now() + 120_000;
      const asked = () => on.designer.frames.filter(({ sent, message }) => sent && message.type === "download");
      while (asked().length === 0 && Date.now() < end) await on.designer.page.waitForTimeout(20);
      expect(asked().map(({ message }) => message)).toMatchObject([{ type: "download", repo: "segmind/tiny-sd" }]);
    },
    TIMEOUT,
  );
});
