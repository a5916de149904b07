import type { Editor } from "../../../playground/app/editor.ts";
import type { Driver } from "../driver.ts";

declare const playground: { readonly editor: Editor };

/** Pictures of the plugin's window in both themes: `file`-light.png and `file`-dark.png. */
export async function bothThemes({ page }: Driver, file: string): Promise<void> {
  const panel = page.getByTestId("plugin-window");
  for (const theme of ["light", "dark"] as const) {
    await page.evaluate((chosen) => playground.editor.setTheme(chosen), theme);
    await page.waitForTimeout(150);
    await panel.screenshot({ path: `${file}-${theme}.png` });
  }
  await page.evaluate(() => playground.editor.setTheme("light"));
}
