import type { Driver } from "../driver.ts";
import { toCreate } from "../to-create.ts";

/** One of the panel's modes. */
export const choose = ({ ui }: Driver, mode: string) =>
  ui
    .locator(".segmented label")
    .filter({ hasText: new RegExp(`^${mode}$`) })
    .click();

/** Presses the blue button, waits for the picture, places it and goes back. Throws what the designer reads where it failed. */
export async function paint(designer: Driver, verb: "Generate" | "Edit" | "Fill", name: string): Promise<void> {
  const { ui } = designer;
  await ui.locator("footer button.primary:enabled", { hasText: verb }).click();
  const ready = ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
  const failure = ui.locator(".result.on .failure");
  await ready.or(failure).first().waitFor({ timeout: 120_000 });
  if (await failure.isVisible()) throw new Error(await failure.innerText());
  await designer.screenshot(name);
  const placed = designer.nextLayer();
  await ready.click();
  await placed;
  await toCreate(ui);
}
