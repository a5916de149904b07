/**
 * FLUX.1 in the panel, in a real browser, drawn by the real companion with tiny models: schnell makes a picture and follows a reference
 * through Redux, Canny follows a layer's edges. What each does not know is not shown, and what a licence forbids is said first.
 */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { createDataFolder, PAIRING_CODE, removeDataFolder, startCompanion } from "./companion-process.ts";
import type { Driver } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { openStage, type Stage } from "./open-stage.ts";
import { bothThemes } from "./tools/both-themes.ts";
import { paint } from "./tools/paint.ts";

const root = path.resolve(__dirname, "../..");
const fixtures = path.join(root, "tests/fixtures/parity/flux1-models");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;
const [PATIENCE, TIMEOUT] = [240_000, 600_000];

inBrowser(`FLUX.1 in the panel${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let stage: Stage | undefined;
  let designer: Driver;
  const home = createDataFolder();

  beforeAll(async () => {
    if ("missing" in found) return;
    const models = path.join(home, "own-models");
    mkdirSync(models);
    for (const name of ["flux1-schnell", "flux1-canny", "redux"])
      cpSync(path.join(fixtures, name), path.join(models, name), { recursive: true });
    // A size that a processor draws in a moment.
    for (const name of ["flux1-schnell", "flux1-canny"])
      writeFileSync(
        path.join(models, name, "underpaint.json"),
        JSON.stringify({ nativeSize: 128, defaults: { steps: 2 } }),
      );
    const answer = async () => (await startCompanion(root, home, ["--models", models])).stop;
    const settings = { ...DEFAULT_SETTINGS, model: "flux1-schnell", count: 1, steps: 2, seed: 7, seedLocked: true };
    stage = await openStage({ root, path: found.path, settings, answer });
    ({ designer } = stage);
    designer.page.context().setDefaultTimeout(PATIENCE);
    await designer.ui.getByLabel("Pairing code").first().fill(PAIRING_CODE);
    await designer.ui.getByText("Nothing selected").waitFor();
  }, TIMEOUT);
  afterAll(async () => {
    await stage?.close();
    removeDataFolder(home);
  });

  const asked = () => {
    const { message } = designer.frames.filter(({ sent, message: { type } }) => sent && type === "submit").at(-1)!;
    return (message.task as { request: object }).request;
  };
  const look = async (name: string) => {
    if (process.env.UNDERPAINT_SCREENSHOTS)
      await bothThemes(designer, path.join(process.env.UNDERPAINT_SCREENSHOTS, `flux1-${name}`));
  };
  const understood = async (name: string) => {
    await designer.ui.getByText(`What “${name}” makes must not be used commercially`).waitFor();
    await look(`licence-${name.toLowerCase().replaceAll(/\W+/g, "-")}`);
    await designer.ui.getByRole("button", { name: "Understood" }).click();
  };

  test(
    "schnell makes a picture, and follows a reference by its weight alone",
    async () => {
      const { ui } = designer;
      await designer.select("Rocket");
      await ui.locator("#prompt").fill("a red rocket");
      await ui.getByRole("heading", { name: /^References/ }).waitFor();
      expect(await ui.getByRole("heading", { name: /^Follow a picture/ }).count()).toBe(0);
      expect(await ui.locator(".licence-note").count()).toBe(0);
      await paint(designer, "Generate", "flux1-generated");
      expect(asked()).toMatchObject({ model: "flux1-schnell", references: [], controls: [] });

      await designer.select("Fox, calm");
      await ui.getByRole("button", { name: "Add layer" }).click();
      await ui.locator(".reference").click();
      await ui.getByRole("slider", { name: "Weight of Fox, calm" }).waitFor();
      expect(await ui.getByRole("slider", { name: /^Start of/ }).count()).toBe(0);
      expect(await ui.getByText("Layout").count()).toBe(0);
      await look("reference");
      await designer.select("Fox");
      await understood("FLUX.1 Redux");
      await paint(designer, "Generate", "flux1-followed");
      expect(asked()).toMatchObject({ references: [{ image: "reference.0", weight: 0.8, start: 0, end: 1 }] });
      await ui.locator(".reference").first().click();
      await ui.getByRole("button", { name: "Remove “Fox, calm”" }).click();
    },
    TIMEOUT,
  );

  test(
    "Canny asks for a picture to follow, and follows its edges wholly",
    async () => {
      const { ui } = designer;
      await ui.locator(".settings > summary").click();
      await ui.getByLabel("Model", { exact: true }).selectOption("flux1-canny");
      await designer.select("Sun");
      await ui.locator("#prompt").fill("a yellow sun");
      await understood("flux1-canny");
      await ui.locator("footer", { hasText: "Choose a picture to follow" }).waitFor();
      await designer.select("Breakfast");
      await ui.getByRole("button", { name: "Follow the selected layer" }).click();
      await ui.getByRole("combobox", { name: "Keep" }).waitFor();
      expect(await ui.getByRole("combobox", { name: "Keep" }).inputValue()).toBe("edges");
      expect(await ui.getByRole("slider", { name: /^(Weight|Start) of/ }).count()).toBe(0);
      await look("control");
      await designer.select("Sun");
      await paint(designer, "Generate", "flux1-controlled");
      const control = { image: "control.0", model: "flux1-canny", weight: 1, start: 0, end: 1, preprocessor: "canny" };
      expect(asked()).toMatchObject({ model: "flux1-canny", references: [], controls: [control] });
      expect(designer.errors).toEqual([]);
    },
    TIMEOUT,
  );
});
