import type { FrameLocator } from "playwright-core";

/** From whichever view the plugin shows to the one where pictures are asked for. */
export async function toCreate(ui: FrameLocator): Promise<void> {
  const back = ui.getByRole("button", { name: "Back" });
  if (await back.isVisible()) await back.click();
  const create = ui.getByRole("button", { name: "Create", exact: true });
  if (await create.isVisible()) await create.click();
}
