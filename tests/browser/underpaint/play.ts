/** What every part of the play does: presses the blue button, waits for the picture, places it. */
import type { CompanionProcess } from "../companion-process.ts";
import type { Driver, OpenOptions } from "../driver.ts";
import type { Stage } from "../open-stage.ts";
import { toCreate } from "../to-create.ts";

/** Begins the name of every generated layer. */
export const GENERATED = /^Generated – /;

export class Play {
  /** Set by the first part that needs it; ended with the stage. */
  companion: CompanionProcess | undefined;
  stage: Stage | undefined;

  /** `home`: of the companion. */
  constructor(
    readonly root: string,
    readonly home: string,
  ) {}

  get designer(): Driver {
    return this.stage!.designer;
  }

  another(options?: Omit<OpenOptions, "url">): Promise<Driver> {
    return this.stage!.another(options);
  }

  /** Waits until the chosen picture can be placed; throws what the designer reads where it failed. */
  async painted(): Promise<void> {
    const { ui } = this.designer;
    const ready = ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
    const failure = ui.locator(".result.on .failure");
    await ready.or(failure).first().waitFor();
    if (await failure.isVisible()) throw new Error(await failure.innerText());
  }

  async paint(verb: "Generate" | "Fill" | "Edit"): Promise<void> {
    await this.designer.ui.locator("footer button.primary:enabled", { hasText: verb }).click();
    await this.painted();
  }

  /** Until the companion has said something of that type since `frames` was emptied. */
  async heard(type: string): Promise<void> {
    const end = Date.now() + 120_000;
    while (!this.designer.frames.some(({ message }) => message.type === type)) {
      if (Date.now() > end) throw new Error(`The companion never said "${type}"`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async placeIt(): Promise<void> {
    const appeared = this.designer.nextLayer();
    await this.designer.ui.locator("footer button.primary", { hasText: /^Place/ }).click();
    await appeared;
  }

  /** To the view where pictures are asked for. */
  back(): Promise<void> {
    return toCreate(this.designer.ui);
  }

  /** One of the panel's modes. */
  choose(mode: string): Promise<void> {
    return this.designer.ui
      .locator(".segmented label")
      .filter({ hasText: new RegExp(`^${mode}$`) })
      .click();
  }
}
