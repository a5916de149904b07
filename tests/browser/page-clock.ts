/** Times taken inside the page: the driver itself looks only ten times a second. */
import type { Driver } from "./driver.ts";

type Ui = Driver["ui"];

/** Presses the primary button of that name. Resolves to when, in milliseconds since 1970. */
export function pressPrimary(ui: Ui, name: string | RegExp): Promise<number> {
  return ui.locator("footer button.primary:enabled", { hasText: name }).evaluate((button) => {
    const now = Date.now();
    (button as HTMLElement).click();
    return now;
  });
}

/** When a picture is offered for placing, in milliseconds since 1970. */
export function whenOffered(ui: Ui): Promise<number> {
  return ui.locator("body").evaluate(
    () =>
      new Promise<number>((resolve) => {
        const isReady = (button: HTMLButtonElement) => !button.disabled && /^Place/.test(button.innerText);
        const timer = setInterval(() => {
          if (![...document.querySelectorAll<HTMLButtonElement>("footer button.primary")].some(isReady)) return;
          clearInterval(timer);
          resolve(Date.now());
        }, 2);
      }),
  );
}
