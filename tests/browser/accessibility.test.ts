/** Every view of the panel under axe-core, in both themes: names, roles, order, contrast. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Editor } from "../../playground/app/editor.ts";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import {
  type CompanionProcess,
  createDataFolder,
  PAIRING_CODE,
  removeDataFolder,
  startCompanion,
} from "./companion-process.ts";
import type { Driver } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { openStage, type Stage } from "./open-stage.ts";
import { writeAddOns } from "./sample-add-ons.ts";
import { tour } from "./tour.ts";

declare const playground: { readonly editor: Editor };
declare const axe: { run(where: Document, options: object): Promise<{ violations: readonly Violation[] }> };

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
inBrowser(`a designer who can't see well${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let stage: Stage | undefined;
  let designer: Driver;
  let companion: CompanionProcess;
  const home = createDataFolder();

  beforeAll(async () => {
    if ("missing" in found) return;
    const answer = async () => {
      await writeAddOns(path.join(home, "models"), root);
      companion = await startCompanion(root, home);
      return () => companion.stop();
    };
    const settings = {
      ...{ ...DEFAULT_SETTINGS, language: "de", count: 1, steps: 2, seed: 7, seedLocked: true },
      window: { width: 320, height: 720 },
    };
    stage = await openStage({ root, path: found.path, settings, answer });
    ({ designer } = stage);
  });
  afterAll(async () => {
    await stage?.close();
    removeDataFolder(home);
  });

  const faults: string[] = [];

  async function check(view: string, { page, ui }: Driver = designer): Promise<void> {
    const frame = await (await ui.owner().elementHandle())!.contentFrame();
    for (const theme of ["light", "dark"] as const) {
      await page.evaluate((chosen) => playground.editor.setTheme(chosen), theme);
      await page.waitForTimeout(50);
      await frame!.evaluate(`typeof axe === "undefined" && (() => { ${AXE} })()`);
      // WCAG 2.2 A and AA, and what axe calls good practice; of all this a theme changes the colours alone.
      const options = theme === "light" ? {} : { runOnly: ["color-contrast"] };
      const violations = await frame!.evaluate(
        async (chosen) =>
          (await axe.run(document, chosen)).violations.map(({ id, impact, nodes }) => ({ id, impact, nodes })),
        options,
      );
      for (const { id, impact, nodes } of violations)
        for (const { html, failureSummary } of nodes)
          faults.push(
            `${view}, ${theme}: ${id} (${impact}) ${html.slice(0, 160)} | ${failureSummary.split("\n")[1]?.trim()}`,
          );
    }
    await page.evaluate(() => playground.editor.setTheme("light"));
  }

  test("finds nothing in its way in any view", async () => {
    const code = designer.ui.locator(".code input");
    await code.waitFor();
    await check("pairing");
    await code.fill(PAIRING_CODE);
    await designer.ui.locator(".card").waitFor();
    await tour(designer, "de", (view) => check(view));
    await companion.stop();
    const another = await stage!.another();
    await another.ui.locator("h1").waitFor();
    await check("without a companion", another);
    await another.close();
    expect([...new Set(faults)]).toEqual([]);
    expect(designer.errors).toEqual([]);
  });
});
