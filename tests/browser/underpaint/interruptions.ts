/** A target that changes meanwhile, a plugin that is closed meanwhile, and the self-test. */
import type { Play } from "./play.ts";

export function interruptions(play: Play): void {
  test("edits the target while the job runs: is told so, and places the result beside", async () => {
    const { ui } = play.designer;
    await play.back();
    await play.designer.select("Sun");
    await ui.locator("#prompt").fill("sun");
    play.designer.frames.length = 0;
    await ui.locator("footer button.primary", { hasText: "Generate" }).click();
    await play.heard("queued");
    await play.designer.change("Sun", { fills: [{ type: "SOLID", color: { r: 0, g: 0, b: 1 } }] });
    await play.painted();
    const before = await play.designer.count();
    await ui.getByRole("button", { name: "Place on canvas" }).click();
    await ui
      .getByText(/shows something else than when the picture was made/)
      .first()
      .waitFor();
    expect(await play.designer.count()).toBe(before);
    await play.designer.screenshot("target-changed");
    const appeared = play.designer.nextLayer();
    await ui.locator(".notice button.link", { hasText: "Place as new layer" }).click();
    await appeared;
    const result = await play.designer.node(/^Generated – Sun/);
    expect(result.parent).toBe((await play.designer.node("Icon set")).parent);
  });

  test("closes the plugin in mid-job and opens it again: the result arrives", async () => {
    const { page, ui } = play.designer;
    await play.back();
    await play.designer.select("House");
    await ui.locator("#prompt").fill("house");
    play.designer.frames.length = 0;
    await ui.locator("footer button.primary", { hasText: "Generate" }).click();
    await play.heard("queued");
    await page.getByRole("button", { name: "Close plugin" }).click();
    await page.getByTestId("plugin-window").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Open Underpaint" }).click();
    await ui
      .getByRole("button", { name: "Place on canvas" })
      .or(ui.getByRole("button", { name: /^History/ }))
      .first()
      .waitFor();
    if (!(await ui.getByRole("button", { name: "Place on canvas" }).isVisible()))
      await ui.getByRole("button", { name: /^History/ }).click();
    await play.painted();
    await play.placeIt();
    const [target, result] = [await play.designer.node("House"), await play.designer.node(/^Generated – House/)];
    expect(result.absoluteTransform).toEqual(target.absoluteTransform);
  });

  test("runs the plugin's self-test: the playground is what it assumes of Figma", async () => {
    const { page, ui } = play.designer;
    await page.getByRole("button", { name: "Self-test" }).click();
    await ui
      .getByText(/One undo removes one placed layer/)
      .first()
      .waitFor();
    await page.waitForTimeout(300);
    await play.designer.screenshot("self-test");
    const text = await ui.locator("main").innerText();
    expect(text).not.toMatch(/differs|failed/i);
  });
}
