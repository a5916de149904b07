/** What is given to the panel: pictures that are pasted and dropped, and the settings of earlier ones. */
import sharp from "sharp";
import { withPngTexts } from "../../../shared/image-text/write-png-text.ts";
import { GENERATED, type Play } from "./play.ts";

export function givenFiles(play: Play): void {
  test("pastes and drops image files: they become layers, and references", async () => {
    const { page, ui } = play.designer;
    await play.back();
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
    const pasted = await play.designer.node("Pasted look");
    expect([pasted.width, pasted.height, pasted.fills[0]?.type]).toEqual([40, 20, "IMAGE"]);
    expect((await play.designer.node("Dropped look")).parent).toBe(pasted.parent);
    await play.designer.screenshot("dropped-references");
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
    const { page, ui } = play.designer;
    const { id, name } = await play.designer.node(GENERATED);
    await play.designer.select(name);
    await page.getByRole("button", { name: /Generate again/ }).click();
    await ui.locator("#prompt").waitFor();
    await expect(ui.locator("#prompt").inputValue()).resolves.toBe("rocket");
    expect(id).toBeDefined();
    await play.designer.screenshot("generate-again");
  });

  test("drops another tool's picture on the panel: its prompt and settings are there", async () => {
    const { ui } = play.designer;
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
    await play.designer.screenshot("drop-here");
    await drop("drop");
    await ui.getByText("Taken from A1111’s picture: prompt, seed 99, 9 steps, Euler a.").waitFor();
    expect(await ui.locator("#prompt").inputValue()).toBe("a lighthouse");
    await play.designer.screenshot("settings-of-a-file");
  });
}
