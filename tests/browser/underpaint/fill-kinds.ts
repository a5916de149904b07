/** A Fill without words, one that takes something away, and one that a ControlNet helps with. */
import { copyFileSync } from "node:fs";
import path from "node:path";
import type { GenerateRequest } from "../../../shared/request.ts";
import { CANNY } from "../sample-add-ons.ts";
import { bothThemes } from "../tools/both-themes.ts";
import type { Play } from "./play.ts";

const FILLER = "control_inpaint_starter";

interface Kept {
  readonly fillKind?: string;
  readonly typed?: string;
  readonly request: GenerateRequest;
  readonly madeWith?: readonly { readonly name: string; readonly as: string }[];
}

export function fillKinds(play: Play): void {
  const kind = () => play.designer.ui.getByRole("combobox", { name: "What for" });
  const shownKind = () => kind().evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]!.text);

  async function inBothThemes(name: string): Promise<void> {
    const folder = process.env.UNDERPAINT_SCREENSHOTS;
    if (folder !== undefined) await bothThemes(play.designer, path.join(folder, name));
  }

  async function begin(prompt: string): Promise<void> {
    const { ui } = play.designer;
    await play.back();
    await play.designer.look("Picture to repair");
    await play.designer.select("Breakfast", "Ellipse");
    await play.choose("Fill");
    await ui.locator("#prompt").fill(prompt);
    await ui.locator(".crop-mask").waitFor();
  }

  /** Fills, places, and answers with the recipe: nothing outside of the ellipse changed. */
  async function fill(): Promise<Kept> {
    await play.paint("Fill");
    await play.placeIt();
    const changed = (await play.designer.shown(/^Fill – /))!;
    const [ellipse, breakfast] = [await play.designer.node("Ellipse"), await play.designer.node("Breakfast")];
    const left = ellipse.absoluteTransform[0][2] - breakfast.absoluteTransform[0][2];
    const top = ellipse.absoluteTransform[1][2] - breakfast.absoluteTransform[1][2];
    expect(changed.left).toBeGreaterThanOrEqual(Math.floor(left));
    expect(changed.top).toBeGreaterThanOrEqual(Math.floor(top));
    expect(changed.right).toBeLessThan(left + ellipse.width);
    expect(changed.bottom).toBeLessThan(top + ellipse.height);
    const result = await play.designer.node(/^Fill – /);
    return JSON.parse(result.pluginData.recipe!) as Kept;
  }

  test("goes on with what is around where no words say anything, and keeps how in the recipe", async () => {
    await begin("");
    expect(await shownKind()).toBe("Automatic: continue what is around");
    await inBothThemes("fill-continue");
    const { fillKind, request } = await fill();
    expect(fillKind).toBe("continue");
    expect(request).toMatchObject({ prompt: "", region: { infill: "patchmatch", surroundings: { weight: 0.5 } } });
    expect(request.strength).toBeLessThan(1);
  });

  test("takes away what the words say, changes its kind with them, and by hand", async () => {
    const { ui } = play.designer;
    await begin("a red apple");
    expect(await shownKind()).toBe("Automatic: add what the words say");
    await ui.locator("#prompt").fill("remove the plate");
    await ui.getByText("Automatic: remove what is there").waitFor({ state: "attached" });
    await kind().selectOption("background");
    expect(await ui.getByLabel("Repaint all but the shape").isChecked()).toBe(true);
    await ui.getByLabel("Repaint all but the shape").uncheck();
    expect(await kind().inputValue()).toBe("automatic");
    await ui.locator(".crop-mask").waitFor();
    const { fillKind, typed, request } = await fill();
    expect([fillKind, typed]).toEqual(["remove", "remove the plate"]);
    expect(request).toMatchObject({
      prompt: "",
      negativePrompt: expect.stringMatching(/^plate/),
      region: { infill: "patchmatch" },
    });
  });

  test("is helped by a ControlNet that was trained to fill, says so, and does without it where that is wanted", async () => {
    const { ui } = play.designer;
    const folder = path.join(play.home, "models/controlnet");
    copyFileSync(path.join(folder, `${CANNY}.safetensors`), path.join(folder, `${FILLER}.safetensors`));
    await play.back();
    await ui.getByRole("button", { name: "Starter", exact: true }).click();
    await ui.getByRole("button", { name: "Look again" }).click();
    await begin("");
    await ui.getByText(`Helped by “${FILLER}”, which was trained to fill.`).waitFor();
    await inBothThemes("fill-tool");
    const { request, madeWith } = await fill();
    expect(request).toMatchObject({
      strength: 1,
      controls: [{ model: `controlnet/${FILLER}`, image: "image", preprocessor: "inpaint" }],
    });
    expect(madeWith).toContainEqual(expect.objectContaining({ name: FILLER }));
    await begin("");
    await ui.getByRole("button", { name: /^Use “Starter.*” alone$/ }).click();
    await ui.getByText(/^Painted by “Starter.*” alone\.$/).waitFor();
    expect((await fill()).request.controls).toEqual([]);
  });
}
