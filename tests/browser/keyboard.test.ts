/** From pairing to a placed layer with the keyboard alone, and a name for everything that can be reached. */
import path from "node:path";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { until } from "../gateway/test-client.ts";
import { createDataFolder, PAIRING_CODE, removeDataFolder, startCompanion } from "./companion-process.ts";
import type { Driver } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { openStage, type Stage } from "./open-stage.ts";

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;
/** More than any view has. */
const MOST_TABS = 80;

inBrowser(`the keyboard${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let stage: Stage | undefined;
  let designer: Driver;
  const home = createDataFolder();

  beforeAll(async () => {
    if ("missing" in found) return;
    const answer = async () => {
      const companion = await startCompanion(root, home);
      return () => companion.stop();
    };
    const settings = { ...DEFAULT_SETTINGS, count: 1, steps: 2, seed: 7, seedLocked: true };
    stage = await openStage({ root, path: found.path, settings, answer });
    ({ designer } = stage);
  });
  afterAll(async () => {
    await stage?.close();
    removeDataFolder(home);
  });

  /** What has the focus in the plugin: its role or tag, and its name. */
  const focused = () =>
    designer.ui.locator("html").evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const label = element.closest("label")?.textContent ?? "";
      const text = element.getAttribute("aria-label") ?? (element.textContent || label);
      return `${element.getAttribute("role") ?? element.tagName.toLowerCase()} ${text}`.trim();
    });

  async function tabTo(wanted: RegExp): Promise<void> {
    const passed: string[] = [];
    for (let i = 0; i < MOST_TABS; i++) {
      const now = await focused();
      if (wanted.test(now)) return;
      passed.push(now);
      await designer.page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not reach ${wanted}, but: ${passed.join(" | ")}`);
  }

  /** Everything that can be operated and has no name that a screen reader could say. */
  const nameless = () =>
    designer.ui.locator("html").evaluate(() => {
      const operable =
        "button, input, select, textarea, summary, a[href], [role=option], [role=menuitem], [tabindex='0']";
      return [...document.querySelectorAll<HTMLElement>(operable)]
        .filter((element) => element.offsetParent !== null)
        .filter((element) => {
          const labels = "labels" in element ? [...((element as HTMLInputElement).labels ?? [])] : [];
          const alt = [...element.querySelectorAll("img")].map((image) => image.alt);
          const names = [element.getAttribute("aria-label"), element.textContent, element.title, ...alt];
          return ![...names, ...labels.map((label) => label.textContent)].some((name) => name?.trim());
        })
        .map((element) => element.outerHTML.slice(0, 120));
    });

  test("leads from pairing to a placed layer, and Tab always finds something with a name", async () => {
    const { page, ui } = designer;
    await ui.getByLabel("Pairing code, six digits").waitFor();
    expect(await focused()).toContain("Pairing code");
    expect(await nameless()).toEqual([]);
    await page.keyboard.type(PAIRING_CODE);
    await ui.getByText("Nothing selected").waitFor();
    await designer.select("Rocket");
    await ui.getByText("Frame · 128 × 128").waitFor();

    await ui.locator("html").press("Tab");
    await tabTo(/^textarea/);
    await page.keyboard.type("rocket");
    await tabTo(/^summary Settings/);
    await page.keyboard.press("Enter");
    await ui.getByRole("combobox", { name: "Scheduler" }).waitFor();
    expect(await nameless()).toEqual([]);
    await page.keyboard.press("Enter");
    await tabTo(/^button Generate/);
    await page.keyboard.press("Enter");

    await ui.locator("footer button.primary:enabled", { hasText: /^Place/ }).waitFor();
    expect(await nameless()).toEqual([]);
    await tabTo(/^option/);
    const placed = designer.nextLayer();
    await page.keyboard.press("Enter");
    await placed;
    expect((await designer.node(/^Generated/)).name).toContain("Rocket");

    await tabTo(/^button More/);
    await page.keyboard.press("Enter");
    await ui.getByRole("menu").waitFor();
    await page.keyboard.press("Escape");
    await ui.getByRole("menu").waitFor({ state: "detached" });
    // It is given back a moment after the menu is gone.
    await until(async () => (await focused()).includes("More"));
    expect(designer.errors).toEqual([]);
  });

  test("goes on to the models, the history and its search, the edges to expand to, and the window's size", async () => {
    const { page, ui } = designer;
    // From as many runs on as this, they can be searched.
    for (let runs = 2; runs <= 4; runs++) {
      await tabTo(/^button Vary/);
      await page.keyboard.press("Enter");
      await ui
        .locator(".result.done")
        .nth(runs - 1)
        .waitFor();
    }
    await ui.locator("html").press("Tab");
    await tabTo(/^button Create/);
    await page.keyboard.press("Enter");
    await ui.locator("#prompt").waitFor();

    await ui.locator("html").press("Tab");
    await tabTo(/^button Starter/);
    await page.keyboard.press("Enter");
    await ui.getByText("Runs on").waitFor();
    expect(await nameless()).toEqual([]);
    await tabTo(/^input Starter/);
    await tabTo(/^summary Licence/);
    await page.keyboard.press("Enter");
    await tabTo(/^input .*Hugging Face/);
    await page.keyboard.type("https://civitai.com/models/4384");
    await ui.getByText(/Only models on Hugging Face/).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await ui.locator("#prompt").waitFor();

    await ui.locator("html").press("Tab");
    await tabTo(/^button History/);
    await page.keyboard.press("Enter");
    await tabTo(/^input Find pictures/);
    await page.keyboard.type("lighthouse");
    await ui.getByText("No picture was asked for as “lighthouse”.").waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("rocket");
    await tabTo(/^option/);
    await page.keyboard.press("Space");
    await ui.locator(".hold").waitFor();
    expect(await nameless()).toEqual([]);
    await page.keyboard.press("Escape");
    await ui.locator("html").press("Tab");
    await tabTo(/^button Create/);
    await page.keyboard.press("Enter");

    await designer.select("Breakfast");
    await ui.locator("#prompt").waitFor();
    await ui.locator("html").press("Tab");
    await tabTo(/^input (Generate|Edit|Fill)$/);
    for (let i = 0; i < 3 && !/Fill$/.test(await focused()); i++) await page.keyboard.press("ArrowRight");
    await ui.locator(".expand-frame").waitFor();
    await tabTo(/^slider Right edge/);
    await page.keyboard.press("Shift+ArrowRight");
    await ui.getByRole("slider", { name: "Right edge" }).and(ui.locator("[aria-valuenow='10']")).waitFor();
    expect(await nameless()).toEqual([]);

    await tabTo(/^slider Size of the window/);
    const width = async () => (await page.getByTestId("plugin-window").boundingBox())!.width;
    const before = await width();
    await page.keyboard.press("Shift+ArrowRight");
    const end = Date.now() + 120_000;
    while ((await width()) === before && Date.now() < end) await page.waitForTimeout(20);
    expect(await width()).toBe(before + 50);
    expect(designer.errors).toEqual([]);
  });

  test("a quick action starts at once where nothing is missing, and else fills the panel", async () => {
    const { page, ui } = designer;
    const input = (name: string) => page.getByRole("textbox", { name });
    const submitted = () => designer.frames.filter(({ sent, message }) => sent && message.type === "submit");
    const before = submitted().length;
    await designer.select("Rocket");
    await page.getByRole("button", { name: "Quick actions" }).click();
    await input("Quick actions").press("Escape");
    await input("Quick actions").waitFor({ state: "detached" });
    await page.keyboard.press("Control+/");
    await input("Quick actions").pressSequentially("Generate");
    await designer.screenshot("quick-actions-command");
    await page.keyboard.press("Tab");
    await input("Prompt").pressSequentially("a red apple");
    await page.getByRole("option", { name: "a red apple" }).waitFor();
    await designer.screenshot("quick-actions-prompt");
    await page.keyboard.press("Enter");
    await ui.locator("footer button.primary:enabled", { hasText: /^Place/ }).waitFor({ timeout: 60_000 });
    expect(
      submitted()
        .slice(before)
        .map(({ message }) => JSON.stringify(message)),
    ).toEqual([expect.stringContaining('"a red apple"')]);

    await designer.select();
    await page.getByRole("button", { name: "Theme" }).click();
    await page.getByRole("button", { name: "Quick actions" }).click();
    await input("Quick actions").pressSequentially("Generate");
    await page.keyboard.press("Tab");
    await page.getByRole("option", { name: "a red apple" }).waitFor();
    await input("Prompt").pressSequentially("a green pear");
    await page.getByRole("option", { name: "a green pear" }).waitFor();
    await page.keyboard.press("Tab");
    await input("Pictures").pressSequentially("7");
    await page.getByText("1 to 4 pictures can be made at once.").waitFor();
    await input("Pictures").fill("3");
    await page.getByRole("option", { name: "3 pictures" }).waitFor();
    await designer.screenshot("quick-actions-pictures-dark");
    await page.keyboard.press("Enter");
    await ui.getByText("Nothing selected").waitFor();
    await ui.locator("footer button.primary:disabled", { hasText: "Generate" }).waitFor();
    expect(await ui.locator("#prompt").inputValue()).toBe("a green pear");
    expect(await ui.locator("footer output").textContent()).toBe("3");
    await designer.screenshot("quick-actions-missing-dark");
    expect(submitted()).toHaveLength(before + 1);
    expect(designer.errors).toEqual([]);
  });
});
