/** From pairing to a placed layer with the keyboard alone, and a name for everything that can be reached. */
import path from "node:path";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { createDataFolder, PAIRING_CODE, removeDataFolder, startCompanion } from "./companion-process.ts";
import type { Driver } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { openStage, type Stage } from "./open-stage.ts";
import { TURN_MS } from "./take-turn.ts";

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
  }, TURN_MS);
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

    await ui.locator("footer button.primary:enabled", { hasText: /^Place/ }).waitFor({ timeout: 60_000 });
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
    expect(await focused()).toContain("More");
    expect(designer.errors).toEqual([]);
  }, 120_000);
});
