/**
 * FLUX.1 in the panel, in a real browser, drawn by the real companion with tiny models: schnell makes a picture and follows a reference
 * through Redux, Canny follows a layer's edges. What each does not know is not shown, and what a licence forbids is said first.
 */
import { cpSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inBrowser, root, withCompanion } from "./on-stage.ts";
import { bothThemes } from "./tools/both-themes.ts";
import { paint } from "./tools/paint.ts";

const fixtures = path.join(root, "tests/fixtures/parity/flux1-models");
const [PATIENCE, TIMEOUT] = [240_000, 600_000];

inBrowser("FLUX.1 in the panel", () => {
  const models = (folder: string) => {
    for (const name of ["flux1-schnell", "flux1-canny", "redux"])
      cpSync(path.join(fixtures, name), path.join(folder, name), { recursive: true });
    // A size that a processor draws in a moment.
    for (const name of ["flux1-schnell", "flux1-canny"])
      writeFileSync(
        path.join(folder, name, "underpaint.json"),
        JSON.stringify({ nativeSize: 128, defaults: { steps: 2 } }),
      );
  };
  const settings = { model: "flux1-schnell", count: 1, steps: 2, seed: 7, seedLocked: true };
  const on = withCompanion({ models, settings, patience: PATIENCE });

  const asked = () => {
    const { message } = on.designer.frames.filter(({ sent, message: { type } }) => sent && type === "submit").at(-1)!;
    return (message.task as { request: object }).request;
  };
  const look = async (name: string) => {
    if (process.env.UNDERPAINT_SCREENSHOTS)
      await bothThemes(on.designer, path.join(process.env.UNDERPAINT_SCREENSHOTS, `flux1-${name}`));
  };
  const understood = async (name: string) => {
    await on.designer.ui.getByText(`What “${name}” makes must not be used commercially`).waitFor();
    await look(`licence-${name.toLowerCase().replaceAll(/\W+/g, "-")}`);
    await on.designer.ui.getByRole("button", { name: "Understood" }).click();
  };

  test(
    "schnell makes a picture, and follows a reference by its weight alone",
    async () => {
      const { ui } = on.designer;
      await on.designer.select("Rocket");
      await ui.locator("#prompt").fill("a red rocket");
      await ui.getByRole("heading", { name: /^References/ }).waitFor();
      expect(await ui.getByRole("heading", { name: /^Follow a picture/ }).count()).toBe(0);
      expect(await ui.locator(".licence-note").count()).toBe(0);
      await paint(on.designer, "Generate", "flux1-generated");
      expect(asked()).toMatchObject({ model: "flux1-schnell", references: [], controls: [] });

      await on.designer.select("Fox, calm");
      await ui.getByRole("button", { name: "Add layer" }).click();
      await ui.locator(".reference").click();
      await ui.getByRole("slider", { name: "Weight of Fox, calm" }).waitFor();
      expect(await ui.getByRole("slider", { name: /^Start of/ }).count()).toBe(0);
      expect(await ui.getByText("Layout").count()).toBe(0);
      await look("reference");
      await on.designer.select("Fox");
      await understood("FLUX.1 Redux");
      await paint(on.designer, "Generate", "flux1-followed");
      expect(asked()).toMatchObject({ references: [{ image: "reference.0", weight: 0.8, start: 0, end: 1 }] });
      await ui.locator(".reference").first().click();
      await ui.getByRole("button", { name: "Remove “Fox, calm”" }).click();
    },
    TIMEOUT,
  );

  test(
    "Canny asks for a picture to follow, and follows its edges wholly",
    async () => {
      const { ui } = on.designer;
      await ui.locator(".settings > summary").click();
      await ui.getByLabel("Model", { exact: true }).selectOption("flux1-canny");
      await on.designer.select("Sun");
      await ui.locator("#prompt").fill("a yellow sun");
      await understood("flux1-canny");
      await ui.locator("footer", { hasText: "Choose a picture to follow" }).waitFor();
      await on.designer.select("Breakfast");
      await ui.getByRole("button", { name: "Follow the selected layer" }).click();
      await ui.getByRole("combobox", { name: "Keep" }).waitFor();
      expect(await ui.getByRole("combobox", { name: "Keep" }).inputValue()).toBe("edges");
      expect(await ui.getByRole("slider", { name: /^(Weight|Start) of/ }).count()).toBe(0);
      await look("control");
      await on.designer.select("Sun");
      await paint(on.designer, "Generate", "flux1-controlled");
      const control = { image: "control.0", model: "flux1-canny", weight: 1, start: 0, end: 1, preprocessor: "canny" };
      expect(asked()).toMatchObject({ model: "flux1-canny", references: [], controls: [control] });
      expect(on.designer.errors).toEqual([]);
    },
    TIMEOUT,
  );
});
