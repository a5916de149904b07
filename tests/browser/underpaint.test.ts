/**
 * The whole of Underpaint as a designer meets it: the built plugin in the playground, in a real browser, with the real
 * companion and the starter model. Screenshots go to the folder that UNDERPAINT_SCREENSHOTS names.
 */
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import sharp from "sharp";
import { type ServedPlayground, servePlayground } from "../../playground/serve.ts";
import type { Settings } from "../../plugin/bridge.ts";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { withPngTexts } from "../../shared/image-text/write-png-text.ts";
import { PROTOCOL_VERSION } from "../../shared/protocol.ts";
import {
  type CompanionProcess,
  createDataFolder,
  PAIRING_CODE,
  removeDataFolder,
  startCompanion,
} from "./companion-process.ts";
import { type Driver, openPlayground } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { pressPrimary, whenOffered } from "./page-clock.ts";
import { CANNY, INK, writeAddOns } from "./sample-add-ons.ts";
import { TURN_MS, takeTurn } from "./take-turn.ts";

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;

/** Few steps, one picture, always the same: the tests are about everything around the model. */
const SETTINGS: Settings = { ...DEFAULT_SETTINGS, count: 1, steps: 4, seed: 7, seedLocked: true };
const GENERATED = /^Generated – /;

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

inBrowser(`the designer${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let browser: Browser;
  let served: ServedPlayground;
  let companion: CompanionProcess | undefined;
  let designer: Driver;
  const home = createDataFolder();

  let endTurn: (() => void) | undefined;
  beforeAll(async () => {
    if ("missing" in found) return;
    endTurn = await takeTurn();
    browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox"] });
    served = await servePlayground({ root, port: 0 });
  }, TURN_MS);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    await companion?.stop();
    removeDataFolder(home);
    endTurn?.();
  });

  /** Waits until the chosen picture can be placed; throws what the designer reads where it failed. */
  const painted = async () => {
    const ready = designer.ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
    const failure = designer.ui.locator(".result.on .failure");
    await ready.or(failure).first().waitFor({ timeout: 45_000 });
    if (await failure.isVisible()) throw new Error(await failure.innerText());
  };
  const paint = async (verb: "Generate" | "Fill" | "Edit") => {
    await designer.ui.locator("footer button.primary:enabled", { hasText: verb }).click();
    await painted();
  };
  /** Until the companion has said something of that type since `frames` was emptied. */
  const heard = async (type: string) => {
    const end = Date.now() + 15_000;
    while (!designer.frames.some(({ message }) => message.type === type)) {
      if (Date.now() > end) throw new Error(`The companion never said "${type}"`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const placeIt = async () => {
    const appeared = designer.nextLayer();
    await designer.ui.locator("footer button.primary", { hasText: /^Place/ }).click();
    await appeared;
  };
  const back = async () => {
    const button = designer.ui.getByRole("button", { name: "Back" });
    if (await button.isVisible()) await button.click();
  };
  const choose = (mode: string) =>
    designer.ui
      .locator(".segmented label")
      .filter({ hasText: new RegExp(`^${mode}$`) })
      .click();

  test("is told to import the plugin again where its manifest forbids the companion's port", async () => {
    const other = { allowedDomains: ["ws://localhost:9", "http://localhost:9"], reasoning: "Another port." };
    const driver = await openPlayground(browser, {
      url: served.url,
      manifest: (manifest) => ({ ...manifest, networkAccess: other }),
    });
    await driver.ui.getByText("Import the plugin again").waitFor({ timeout: 10_000 });
    await driver.screenshot("manifest-of-another-port");
    await driver.close();
  });

  test("is told to start the companion, in a data: window too", async () => {
    const driver = await openPlayground(browser, { url: served.url, query: "?ui=data" });
    await driver.ui.getByText("Start the companion").waitFor({ timeout: 10_000 });
    await driver.close();
  });

  test("is told why a code has more digits after wrong ones, and for how long", async () => {
    const health = { app: "underpaint", version: "9.9.9", protocol: PROTOCOL_VERSION, codeDigits: 9 };
    const driver = await openPlayground(browser, { url: served.url });
    const headers = { "access-control-allow-origin": "*" };
    await driver.page.route("**/health", (route) => route.fulfill({ json: health, headers }));
    await driver.ui.getByText(/nine digits now, because wrong ones/).waitFor({ timeout: 10_000 });
    await driver.ui.getByLabel("Pairing code, nine digits").fill("12345");
    await driver.screenshot("longer-code");
    await driver.close();
  });

  test("starts the companion, and the waiting window finds it; six digits pair them", async () => {
    designer = await openPlayground(browser, { url: served.url, settings: SETTINGS });
    await designer.ui.getByText("Start the companion").waitFor({ timeout: 10_000 });
    await designer.screenshot("companion-off");
    companion = await startCompanion(root, home);
    const code = designer.ui.getByLabel("Pairing code, six digits");
    await code.waitFor({ timeout: 15_000 });
    await designer.screenshot("pairing");
    await code.fill("000000");
    await designer.ui.getByRole("alert").waitFor();
    await code.fill(PAIRING_CODE);
    await designer.ui.getByText("Nothing selected").waitFor({ timeout: 15_000 });
  }, 60_000);

  test("selects a tile, types a prompt, sees the picture grow, and places it exactly over the tile", async () => {
    const { page, ui } = designer;
    const box = await designer.screenBox("Rocket");
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await ui.getByText("Frame · 128 × 128").waitFor();
    await ui.locator("#prompt").fill("rocket");
    await ui.locator("footer button.primary:enabled", { hasText: "Generate" }).waitFor({ timeout: 20_000 });
    await designer.screenshot("ready");
    // A preview may be gone before the driver looks: the page itself watches for it.
    const previewed = ui.locator("body").evaluate(
      (body) =>
        new Promise<boolean>((resolve) => {
          const look = () => body.querySelector(".preview img") !== null && resolve(true);
          new MutationObserver(look).observe(body, { subtree: true, childList: true, attributes: true });
        }),
    );
    await ui.locator("#prompt").press("Control+Enter");
    await previewed;
    await designer.screenshot("painting");
    await painted();
    const before = await designer.count();
    await placeIt();
    const [target, result] = [await designer.node("Rocket"), await designer.node(GENERATED)];
    expect(result.absoluteTransform).toEqual(target.absoluteTransform);
    expect([result.width, result.height, result.below]).toEqual([128, 128, target.id]);
    const recipe = JSON.parse(result.pluginData.recipe!) as Record<string, unknown>;
    expect(recipe.request).toMatchObject({ prompt: "rocket", steps: 4, seed: 7 });
    expect(recipe.madeWith).toMatchObject([{ name: "Starter", as: "model", licence: expect.stringMatching(/MIT/) }]);
    expect((await designer.image(GENERATED)).colors).toBeGreaterThan(100);
    await designer.screenshot("placed");

    await page.locator("canvas").click({ position: { x: 300, y: 60 } });
    const badge = ui.getByText("placed", { exact: true });
    await badge.waitFor();
    await page.keyboard.press("Control+z");
    expect(await designer.count()).toBe(before);
    await badge.waitFor({ state: "detached" });
    await page.keyboard.press("Control+Shift+z");
    expect(await designer.count()).toBe(before + 1);
    await badge.waitFor();
  }, 60_000);

  test("reads what a picture was made with, and what the licence allows: at the picture, and at its layer", async () => {
    const { ui } = designer;
    const madeWith = ui.locator(".made-with");
    const look = async (name: string) => {
      await madeWith.getByText("Made with Starter · commercial use allowed").click();
      await madeWith.getByText("Licence: Free for any use, commercial use too (MIT).").waitFor();
      await madeWith.getByText("Commercial use: allowed").waitFor();
      await madeWith.getByText(/^SHA-256 of its files [0-9a-f]{16}…$/).waitFor();
      await designer.screenshot(name);
    };
    await ui.getByRole("button", { name: "More" }).click();
    await ui.getByRole("menuitem", { name: "Show it large" }).click();
    await look("made-with-picture");
    await back();
    await back();
    await designer.select("Generated – Rocket (seed 7)");
    await look("made-with-layer");
    await designer.select("Rocket");
    await madeWith.waitFor({ state: "detached" });
    await ui.locator("button.news").click();
  }, 60_000);

  test("places a picture without its background: soft edges, nothing around them", async () => {
    const { page, ui } = designer;
    await ui.getByRole("button", { name: "More" }).click();
    const count = await designer.count();
    const { width, height } = await designer.image(GENERATED);
    const share = async () => ((await designer.shown(GENERATED))?.count ?? 0) / (width * height);
    expect(await share()).toBe(1);
    await ui.getByRole("menuitem", { name: "Place without its background" }).click();
    // It takes the place of the whole picture.
    const end = Date.now() + 15_000;
    while ((await share()) === 1 && Date.now() < end) await page.waitForTimeout(20);
    expect(await designer.count()).toBe(count);
    expect(await share()).toBeGreaterThan(0.05);
    expect(await share()).toBeLessThan(0.8);
    await page.locator("canvas").click({ position: { x: 300, y: 60 } });
    await designer.screenshot("cut-out");
    await page.keyboard.press("Control+z");
  }, 60_000);

  test("goes from the prompt to a placed layer by the keyboard alone, and Escape leaves the prompt, not the plugin", async () => {
    const { page, ui } = designer;
    await back();
    await designer.select("Rocket");
    await ui.locator("#prompt").press("Escape");
    expect(await ui.locator("#prompt").evaluate((area) => area === document.activeElement)).toBe(false);
    await ui.locator("#prompt").press("Control+Enter");
    await painted();
    await ui.locator(".result.on:focus").waitFor();
    const appeared = designer.nextLayer();
    await page.keyboard.press("Enter");
    await appeared;
    await page.getByTestId("plugin-window").waitFor();
    await page.locator("canvas").click({ position: { x: 300, y: 60 } });
    await page.keyboard.press("Control+z");
  }, 60_000);

  test("drags a picture from the panel onto the canvas: it lies where it was dropped", async () => {
    const { page, ui } = designer;
    await designer.look("Icon set");
    if (!(await ui.locator(".result.done").first().isVisible()))
      await ui.getByRole("button", { name: /^Pictures/ }).click();
    const box = (await ui.locator(".result.done").first().boundingBox())!;
    const house = await designer.screenBox("House");
    const [x, y] = [house.x + house.width / 2, house.y + house.height / 2];
    const appeared = designer.nextLayer();
    await page.mouse.move(box.x + 40, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(x, y, { steps: 6 });
    await page.mouse.up();
    await appeared;
    const [target, result] = [await designer.node("House"), await designer.node(GENERATED)];
    const middle = ({ absoluteTransform: [[, , left], [, , top]], width, height }: typeof target) => [
      left + width / 2,
      top + height / 2,
    ];
    for (const axis of [0, 1]) expect(Math.abs(middle(result)[axis]! - middle(target)[axis]!)).toBeLessThan(2);
    expect(result.parent).toBe(target.id);
    await page.locator("canvas").click({ position: { x: 300, y: 60 } });
    await page.keyboard.press("Control+z");
  });

  test("pastes and drops image files: they become layers, and references", async () => {
    const { page, ui } = designer;
    await back();
    const bytes = await sharp({ create: { width: 40, height: 20, channels: 3, background: "#cc3300" } })
      .webp()
      .toBuffer();
    const give = (event: "paste" | "drop", name: string, type: string) =>
      ui.locator("body").evaluate(
        (body, [kind, called, mime, data]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(data)], called, { type: mime }));
          const init = { bubbles: true, cancelable: true };
          body.dispatchEvent(
            kind === "paste"
              ? new ClipboardEvent("paste", { ...init, clipboardData: transfer })
              : new DragEvent("drop", { ...init, dataTransfer: transfer }),
          );
        },
        [event, name, type, [...bytes]] as const,
      );
    await give("paste", "Pasted look.webp", "image/webp");
    await ui.locator(".reference").nth(0).waitFor();
    await give("drop", "Dropped look.webp", "image/webp");
    await ui.locator(".reference").nth(1).waitFor();
    const pasted = await designer.node("Pasted look");
    expect([pasted.width, pasted.height, pasted.fills[0]?.type]).toEqual([40, 20, "IMAGE"]);
    expect((await designer.node("Dropped look")).parent).toBe(pasted.parent);
    await designer.screenshot("dropped-references");
    await give("drop", "notes.txt", "text/plain");
    await ui.getByText("Drop or paste pictures").waitFor();
    for (const name of ["Dropped look", "Pasted look"]) {
      await ui.locator(".reference", { hasText: name }).click();
      await ui.getByRole("button", { name: `Remove “${name}”` }).click();
    }
    await page.locator("canvas").click({ position: { x: 300, y: 60 } });
    for (let i = 0; i < 2; i++) await page.keyboard.press("Control+z");
  });

  test("presses “Generate again” on the placed layer, and finds the same prompt", async () => {
    const { page, ui } = designer;
    const { id, name } = await designer.node(GENERATED);
    await designer.select(name);
    await page.getByRole("button", { name: /Generate again/ }).click();
    await ui.locator("#prompt").waitFor({ timeout: 10_000 });
    await expect(ui.locator("#prompt").inputValue()).resolves.toBe("rocket");
    expect(id).toBeDefined();
    await designer.screenshot("generate-again");
  });

  test("drops another tool's picture on the panel: its prompt and settings are there", async () => {
    const { ui } = designer;
    const text =
      "a lighthouse <lora:nowhere:1>\nNegative prompt: fog\nSteps: 9, Sampler: Euler a, CFG scale: 3, Seed: 99, Size: 64x64, Model: gone";
    const plain = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#369" } })
      .png()
      .toBuffer();
    const png = withPngTexts(new Uint8Array(plain), new Map([["parameters", text]]));
    const drop = (type: "dragover" | "drop") =>
      ui.locator("body").evaluate(
        (body, { bytes, type }) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([Uint8Array.from(bytes)], "a.png", { type: "image/png" }));
          body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        },
        { bytes: [...png], type },
      );
    await drop("dragover");
    await ui.getByText("Drop a picture to use its prompt and settings").waitFor();
    await designer.screenshot("drop-here");
    await drop("drop");
    await ui.getByText("Taken from A1111’s picture: prompt, seed 99, 9 steps, Euler a.").waitFor();
    expect(await ui.locator("#prompt").inputValue()).toBe("a lighthouse");
    await designer.screenshot("settings-of-a-file");
  }, 30_000);

  test("draws an ellipse over an empty plate, selects both, presses Fill: nothing changes outside", async () => {
    const { page, ui, frames } = designer;
    await designer.look("Picture to repair");
    await page.getByRole("button", { name: "Ellipse" }).click();
    const box = await designer.screenBox("Breakfast");
    const on = (x: number, y: number) => [box.x + (x / 512) * box.width, box.y + (y / 512) * box.height] as const;
    await page.mouse.move(...on(81, 81));
    await page.mouse.down();
    await page.mouse.move(...on(280, 300), { steps: 4 });
    await page.mouse.move(...on(431, 431), { steps: 4 });
    await page.mouse.up();
    await designer.select("Breakfast", "Ellipse");
    await ui.getByText("masked by “Ellipse”").waitFor();
    await choose("Fill");
    await ui.locator("#prompt").fill("red apple");
    await ui.locator(".crop-mask").waitFor();
    await designer.screenshot("fill");

    frames.length = 0;
    const offered = whenOffered(ui);
    const clicked = await pressPrimary(ui, /Fill/);
    await painted();
    const shown = await offered;
    const appeared = designer.nextLayer();
    const pressed = await pressPrimary(ui, /^Place/);
    const done = await appeared;
    const at = (type: string) => frames.find(({ message }) => message.type === type)!;
    const model = (at("done").message.result as { seconds: number }).seconds * 1000;
    const parts = {
      "click to request": at("submit").at - clicked,
      "companion besides the model": at("done").at - at("submit").at - model,
      "result to screen": shown - at("done").at,
      "place to placed": done - pressed,
    };
    const overhead = Object.values(parts).reduce((sum, part) => sum + part, 0);
    const table = Object.entries(parts).map(([name, ms]) => `${name} ${Math.round(ms)} ms`);
    console.log(`512 × 512, everything but the model: ${Math.round(overhead)} ms (${table.join(", ")})`);
    // The aim is 300 ms on a machine with nothing else to do; this one may have.
    expect(overhead).toBeLessThan(1500);

    await designer.screenshot("filled");
    const result = /^Fill – /;
    expect(await designer.image(result)).toMatchObject({ width: 512, height: 512 });
    const changed = (await designer.shown(result))!;
    const [ellipse, breakfast] = [await designer.node("Ellipse"), await designer.node("Breakfast")];
    const left = ellipse.absoluteTransform[0][2] - breakfast.absoluteTransform[0][2];
    const top = ellipse.absoluteTransform[1][2] - breakfast.absoluteTransform[1][2];
    expect(changed.count).toBeGreaterThan(2000);
    expect(changed.left).toBeGreaterThanOrEqual(Math.floor(left));
    expect(changed.top).toBeGreaterThanOrEqual(Math.floor(top));
    expect(changed.right).toBeLessThan(left + ellipse.width);
    expect(changed.bottom).toBeLessThan(top + ellipse.height);
  }, 60_000);

  test("changes a picture with a strength", async () => {
    const { ui } = designer;
    await back();
    const { name } = await designer.node(GENERATED);
    await designer.select(name);
    await choose("Edit");
    await ui.locator("#prompt").fill("red apple");
    await designer.screenshot("edit");
    await paint("Edit");
    await placeIt();
    const result = await designer.node(/^Edit – /);
    const { request } = JSON.parse(result.pluginData.recipe!) as { request: Record<string, unknown> };
    expect(request).toMatchObject({ prompt: "red apple", strength: 0.6 });
    expect(request.image).toBeDefined();
  }, 60_000);

  test("lets a result follow a reference inside a shape", async () => {
    const { ui } = designer;
    await back();
    await designer.look("Icon set");
    await designer.select("Fox, calm");
    await ui.getByRole("button", { name: "Add layer" }).click();
    await ui.locator(".reference").click();
    await designer.select("Ellipse");
    await ui.getByRole("button", { name: "Only inside “Ellipse”" }).click();
    await designer.select("Fox");
    await choose("Generate");
    await ui.locator("#prompt").fill("fox");
    await paint("Generate");
    await placeIt();
    const result = await designer.node(/^Generated – Fox/);
    const { request } = JSON.parse(result.pluginData.recipe!) as { request: { references: unknown[] } };
    expect(request.references).toMatchObject([{ image: "reference.0", mask: "within.0" }]);
    await designer.screenshot("reference");
  }, 60_000);

  test("adds a style and follows a vector’s own outlines: the recipe knows both, and “Use its settings” brings them back", async () => {
    const { ui, frames } = designer;
    await back();
    await writeAddOns(path.join(home, "models"), root);
    await ui.getByRole("button", { name: /Starter/ }).click();
    await ui.getByRole("button", { name: "Look again" }).click();
    await ui.getByText(/^Styles/).waitFor();
    await back();
    await designer.select("Head"); // Of the newest fox: one vector.
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
    await designer.select("Fox, at night");
    await choose("Generate");
    await designer.screenshot("style-and-control");
    frames.length = 0;
    await paint("Generate");
    const submit = frames.find(({ message }) => message.type === "submit")!;
    const expected = {
      loras: [{ model: `loras/${INK}`, weight: 0.75 }],
      controls: [{ model: `controlnet/${CANNY}`, image: "control.0", weight: 1 }],
    };
    expect((submit.message.task as { request: object }).request).toMatchObject(expected);
    // The lines are where the vector is in its frame, at the model's 128 pixels, and half a line around.
    const lines = await linesIn(submit.attachment("control.0"));
    const [head, frame] = [await designer.node("Head"), await designer.node("Fox, at night")];
    const scale = 128 / frame.width;
    const at = (axis: 0 | 1) => (head.absoluteTransform[axis][2] - frame.absoluteTransform[axis][2]) * scale;
    expect(lines.size).toEqual([128, 128]);
    expect(lines.share).toBeLessThan(0.1);
    expect(Math.abs(lines.middle - at(0) - (head.width / 2) * scale)).toBeLessThan(1);
    expect(Math.abs(lines.top - (at(1) - 0.5))).toBeLessThan(1);
    expect(Math.abs(lines.bottom - (at(1) + head.height * scale + 0.5))).toBeLessThan(1);
    await placeIt();
    const result = await designer.node(/^Generated – Fox, at night/);
    const recipe = JSON.parse(result.pluginData.recipe!) as { request: object; controls: { name: string }[] };
    expect(recipe.request).toMatchObject(expected);
    expect(recipe.controls).toMatchObject([{ name: "Head", keeps: "outlines", drawn: true }]);
    await back();
    const removeBoth = async () => {
      for (const name of [`Remove ${INK}`, "Stop following Head"]) await ui.getByRole("button", { name }).click();
      expect(await ui.locator(".followed, .add-on").count()).toBe(0);
    };
    await removeBoth();
    await designer.select(result.name);
    await ui.getByRole("button", { name: "Use its settings" }).click();
    await ui.getByRole("slider", { name: `Weight of ${INK}` }).waitFor();
    expect(await ui.locator(".followed-name b").allInnerTexts()).toEqual(["Head"]);
    await removeBoth();
  }, 60_000);

  test("edits the target while the job runs: is told so, and places the result beside", async () => {
    const { ui } = designer;
    await back();
    await designer.select("Sun");
    await ui.locator("#prompt").fill("sun");
    designer.frames.length = 0;
    await ui.locator("footer button.primary", { hasText: "Generate" }).click();
    await heard("queued");
    await designer.change("Sun", { fills: [{ type: "SOLID", color: { r: 0, g: 0, b: 1 } }] });
    await painted();
    const before = await designer.count();
    await ui.getByRole("button", { name: "Place on canvas" }).click();
    await ui
      .getByText(/shows something else than when the picture was made/)
      .first()
      .waitFor();
    expect(await designer.count()).toBe(before);
    await designer.screenshot("target-changed");
    const appeared = designer.nextLayer();
    await ui.locator(".notice button.link", { hasText: "Place as new layer" }).click();
    await appeared;
    const result = await designer.node(/^Generated – Sun/);
    expect(result.parent).toBe((await designer.node("Icon set")).parent);
  }, 60_000);

  test("closes the plugin in mid-job and opens it again: the result arrives", async () => {
    const { page, ui } = designer;
    await back();
    await designer.select("House");
    await ui.locator("#prompt").fill("house");
    designer.frames.length = 0;
    await ui.locator("footer button.primary", { hasText: "Generate" }).click();
    await heard("queued");
    await page.getByRole("button", { name: "Close plugin" }).click();
    await page.getByTestId("plugin-window").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Open Underpaint" }).click();
    await ui
      .getByRole("button", { name: "Place on canvas" })
      .or(ui.getByRole("button", { name: /^Pictures|^Painting/ }))
      .first()
      .waitFor({ timeout: 60_000 });
    if (!(await ui.getByRole("button", { name: "Place on canvas" }).isVisible()))
      await ui.getByRole("button", { name: /^Pictures|^Painting/ }).click();
    await painted();
    await placeIt();
    const [target, result] = [await designer.node("House"), await designer.node(/^Generated – House/)];
    expect(result.absoluteTransform).toEqual(target.absoluteTransform);
  }, 60_000);

  test("runs the plugin's self-test: the playground is what it assumes of Figma", async () => {
    const { page, ui } = designer;
    await page.getByRole("button", { name: "Self-test" }).click();
    await ui
      .getByText(/One undo removes one placed layer/)
      .first()
      .waitFor({ timeout: 20_000 });
    await page.waitForTimeout(300);
    await designer.screenshot("self-test");
    const text = await ui.locator("main").innerText();
    expect(text).not.toMatch(/differs|failed/i);
  });

  test("saw no error that nobody caught", () => {
    expect(designer.errors).toEqual([]);
  });
});
