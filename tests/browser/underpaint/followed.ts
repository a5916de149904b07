/** What a picture follows: a reference, a style, the outlines of a vector. */
import path from "node:path";
import sharp from "sharp";
import { CANNY, INK, writeAddOns } from "../sample-add-ons.ts";
import type { Play } from "./play.ts";

export function followed(play: Play): void {
  test("lets a result follow a reference inside a shape", async () => {
    const { ui } = play.designer;
    await play.back();
    await play.designer.look("Icon set");
    await play.designer.select("Fox, calm");
    await ui.getByRole("button", { name: "Add layer" }).click();
    await ui.locator(".reference").click();
    await play.designer.select("Ellipse");
    await ui.getByRole("button", { name: "Only inside “Ellipse”" }).click();
    await play.designer.select("Fox");
    await play.choose("Generate");
    await ui.locator("#prompt").fill("fox");
    await play.paint("Generate");
    await play.placeIt();
    const result = await play.designer.node(/^Generated – Fox/);
    const { request } = JSON.parse(result.pluginData.recipe!) as { request: { references: unknown[] } };
    expect(request.references).toMatchObject([{ image: "reference.0", mask: "within.0" }]);
    await play.designer.screenshot("reference");
  });

  test("adds a style and follows a vector’s own outlines: the recipe knows both, and “Use its settings” brings them back", async () => {
    const { ui, frames } = play.designer;
    await play.back();
    await writeAddOns(path.join(play.home, "models"), play.root);
    await ui.getByRole("button", { name: /Starter/ }).click();
    await ui.getByRole("button", { name: "Look again" }).click();
    await ui.getByText(/^Styles/).waitFor();
    await play.back();
    await play.designer.select("Head"); // Of the newest fox: one vector.
    await ui.getByRole("button", { name: "Follow the selected layer" }).click();
    await ui.getByRole("combobox", { name: "Keep" }).waitFor();
    expect(await ui.getByRole("combobox", { name: "Keep" }).inputValue()).toBe("outlines");
    await ui.getByRole("button", { name: "Add a style" }).click();
    await ui.getByRole("combobox", { name: "Find a style" }).fill("ink");
    await ui.getByRole("combobox", { name: "Find a style" }).press("Enter");
    await ui.getByRole("slider", { name: `Weight of ${INK}` }).press("ArrowRight");
    await ui.locator("#prompt").fill("fox");
    await ui.getByRole("button", { name: "ink drawing" }).click();
    expect(await ui.locator("#prompt").inputValue()).toBe("fox, ink drawing");
    await ui.locator("#prompt").press("End");
    await ui.locator("#prompt").press("Control+ArrowUp");
    expect(await ui.locator("#prompt").inputValue()).toBe("fox, ink (drawing:1.1)");
    await play.designer.select("Fox, at night");
    await play.choose("Generate");
    await play.designer.screenshot("style-and-control");
    frames.length = 0;
    await play.paint("Generate");
    const submit = frames.find(({ message }) => message.type === "submit")!;
    const expected = {
      loras: [{ model: `loras/${INK}`, weight: 0.75 }],
      controls: [{ model: `controlnet/${CANNY}`, image: "control.0", weight: 1 }],
    };
    expect((submit.message.task as { request: object }).request).toMatchObject(expected);
    // The lines are where the vector is in its frame, at the model's 128 pixels, and half a line around.
    const lines = await linesIn(submit.attachment("control.0"));
    const [head, frame] = [await play.designer.node("Head"), await play.designer.node("Fox, at night")];
    const scale = 128 / frame.width;
    const at = (axis: 0 | 1) => (head.absoluteTransform[axis][2] - frame.absoluteTransform[axis][2]) * scale;
    expect(lines.size).toEqual([128, 128]);
    expect(lines.share).toBeLessThan(0.1);
    expect(Math.abs(lines.middle - at(0) - (head.width / 2) * scale)).toBeLessThan(1);
    expect(Math.abs(lines.top - (at(1) - 0.5))).toBeLessThan(1);
    expect(Math.abs(lines.bottom - (at(1) + head.height * scale + 0.5))).toBeLessThan(1);
    await play.placeIt();
    const result = await play.designer.node(/^Generated – Fox, at night/);
    const recipe = JSON.parse(result.pluginData.recipe!) as { request: object; controls: { name: string }[] };
    expect(recipe.request).toMatchObject(expected);
    expect(recipe.controls).toMatchObject([{ name: "Head", keeps: "outlines", drawn: true }]);
    await play.back();
    const removeBoth = async () => {
      for (const name of [`Remove ${INK}`, "Stop following Head"]) await ui.getByRole("button", { name }).click();
      expect(await ui.locator(".followed, .add-on").count()).toBe(0);
    };
    await removeBoth();
    await play.designer.select(result.name);
    await ui.getByRole("button", { name: "Use its settings" }).click();
    await ui.getByRole("slider", { name: `Weight of ${INK}` }).waitFor();
    expect(await ui.locator(".followed-name b").allInnerTexts()).toEqual(["Head"]);
    await removeBoth();
  });
}

/** Where the white pixels of a black picture are, and how many of all. */
async function linesIn(bytes: Uint8Array) {
  const { data, info } = await sharp(bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
  const white = [...data.keys()].filter((i) => data[i]! > 127);
  const xs = white.map((i) => i % info.width);
  const ys = white.map((i) => Math.floor(i / info.width));
  return {
    size: [info.width, info.height],
    share: white.length / data.length,
    middle: (Math.min(...xs) + Math.max(...xs) + 1) / 2,
    top: Math.min(...ys),
    bottom: Math.max(...ys) + 1,
  };
}
