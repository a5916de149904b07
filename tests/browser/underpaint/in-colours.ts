/** Results in the colours of the file, and in the look of a layer. */
import { GENERATED, type Play } from "./play.ts";

export function inColours(play: Play): void {
  test("brings a picture to the file's colours, says how near it is, and its recipe knows them", async () => {
    const { ui } = play.designer;
    await play.back();
    await play.designer.select("Rocket");
    const section = ui.locator(".palette");
    await section.getByText("as the model makes them").waitFor();
    await section.getByRole("button", { name: "Of this file" }).click();
    await section.getByText("4 colours").waitFor();
    await play.designer.screenshot("palette");
    await section.getByRole("button", { name: "#fffaf0: take it out" }).click();
    await section.getByText("3 colours").waitFor();
    await ui.locator("#prompt").press("Control+Enter");
    await play.painted();
    await ui
      .getByText(/^Its colours are ΔE [\d.]+ from the palette; as the model made them they were [\d.]+ away\.$/)
      .waitFor();
    await play.designer.screenshot("palette-result");
    await play.placeIt();
    const recipe = JSON.parse((await play.designer.node(GENERATED)).pluginData.recipe!) as { request: object };
    expect(recipe.request).toMatchObject({ palette: { colors: ["#1f7a5c", "#f2963f", "#1d232d"], strength: 1 } });
    await play.back();
    await section.getByRole("button", { name: "As the model makes them" }).click();
    await section.getByText("as the model makes them").waitFor();
  });

  test("takes the look of a layer, its colours too, with one click", async () => {
    const { ui } = play.designer;
    await play.designer.select("Rocket");
    const section = ui.locator(".palette");
    await section.getByRole("button", { name: "Of the selection" }).click();
    await section.locator(".swatches button").first().waitFor();
    await play.designer.screenshot("palette-of-layer");
    await section.getByRole("button", { name: "As the model makes them" }).click();
    await section.locator(".swatches").waitFor({ state: "detached" });
  });
}
