/** Goes through the panel's views as a designer does, in any language: what looks at each of them is given. */

import type { Language } from "../../plugin/bridge.ts";
import { TEXTS, type Texts } from "../../plugin/ui/text/language.ts";
import type { Driver } from "./driver.ts";
import { INK, WASH } from "./sample-add-ons.ts";

export type Look = (view: string) => Promise<void>;

/** From the empty panel to a picture at close range. The add-ons of `writeAddOns` are installed, and one picture is painted. */
export async function tour(designer: Driver, language: Language, look: Look): Promise<void> {
  const t: Texts = TEXTS[language];
  const { ui, page } = designer;
  const button = (name: string) => ui.getByRole("button", { name, exact: true });
  const toEnd = () => ui.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight));
  const mode = (name: string) => ui.locator(".segmented label").filter({ hasText: new RegExp(`^${name}$`) });
  const settled = () => page.waitForTimeout(200);

  await look("0-nothing-selected");
  await designer.select("Rocket");
  await button(t.followed.addStyle).waitFor();
  await settled();
  await look("1-empty");
  await ui.locator("#prompt").fill("a red rocket, <lora:Film grain XL:0.5>");
  await button(t.followed.addStyle).click();
  await settled();
  await look("2-picker");
  await ui.getByRole("option", { name: INK }).click();
  await button(t.followed.addStyle).click();
  await ui.getByRole("option", { name: WASH }).click();
  await ui.getByRole("button", { name: "clean lines" }).click();
  await designer.select("Fox, calm");
  await button(t.followed.followAdd).click();
  await ui.getByRole("combobox", { name: t.followed.keep }).waitFor();
  await button(t.followed.addLayer).click();
  await ui.locator(".reference").first().click();
  await designer.select("Rocket");
  await settled();
  await look("3-styles");
  await ui.locator(".reference").first().click();
  await ui.locator(".followed").scrollIntoViewIfNeeded();
  await look("4-control");
  await ui.locator(".followed-name").click();
  await ui.locator(".settings > summary").click();
  await ui.locator(".more > summary").click();
  await toEnd();
  await look("5-settings");
  await ui.locator(".settings > summary").click();
  await mode(t.run.modes.edit.label).click();
  await settled();
  await look("6-edit");
  await mode(t.run.modes.fill.label).click();
  await settled();
  await look("7-fill-without-mask");
  await mode(t.run.modes.generate.label).click();
  await designer.select("Rocket", "Fox, calm", "House");
  await settled();
  await look("8-several");
  await designer.select("Rocket");
  await ui.locator("button.model").click();
  await settled();
  await look("9-models");
  for (const kind of await ui.locator("details.add-on-kind > summary").all()) await kind.click();
  await ui.locator("main").evaluate((main) => main.scrollTo(0, 330));
  await settled();
  await look("10-add-ons");
  await toEnd();
  await look("11-download");
  await button(t.common.back).click();
  await ui.locator("#prompt").fill("rocket");
  await ui.locator("footer button.primary:enabled").click();
  await ui.locator(".preview").waitFor();
  await look("12-painting");
  await ui.locator(".result.done").first().waitFor({ timeout: 60_000 });
  await settled();
  await look("13-result");
  await button(t.common.more).click();
  await ui.getByRole("menu").waitFor();
  await look("14-menu");
  await ui.getByRole("menuitem", { name: t.pictures.showLarge }).click();
  await settled();
  await look("15-close");
  await button(t.common.back).click();
  await button(t.pictures.placeOnCanvas).click();
  await ui.locator(".notice").waitFor();
  await look("16-placed");
}
