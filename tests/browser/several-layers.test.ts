/**
 * Many frames in one go, in a real browser with the real companion and the starter model: cancelled in the middle, the companion
 * killed in the middle, and asked again with one word changed.
 */
import path from "node:path";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import {
  type CompanionProcess,
  createDataFolder,
  PAIRING_CODE,
  removeDataFolder,
  startCompanion,
} from "./companion-process.ts";
import type { Driver } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { buildFrames, placedPictures } from "./frames-scene.ts";
import { openStage, type Stage } from "./open-stage.ts";
import { toCreate } from "./to-create.ts";

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;

const WORDS = ["rocket", "fox", "sun", "house", "penguin", "star", "cactus", "crown", "cloud", "fire", "car", "tree"];
/** UNDERPAINT_FRAMES says how many: 24 take twice as long. */
const COUNT = Number(process.env.UNDERPAINT_FRAMES ?? 9);
const SUBJECTS = Array.from({ length: COUNT }, (_, i) => (i < WORDS.length ? "" : "red ") + WORDS[i % WORDS.length]);
const TIMEOUT = 240_000;

inBrowser(`several layers at once${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let stage: Stage | undefined;
  let companion: CompanionProcess;
  let designer: Driver;
  const home = createDataFolder();

  beforeAll(async () => {
    if ("missing" in found) return;
    const answer = async () => {
      companion = await startCompanion(root, home);
      return () => companion.stop();
    };
    stage = await openStage({ root, path: found.path, settings: { ...DEFAULT_SETTINGS, steps: 2 }, answer });
    ({ designer } = stage);
    await designer.ui.getByLabel("Pairing code, six digits").fill(PAIRING_CODE);
    await designer.ui.getByText("Nothing selected").waitFor();
  });
  afterAll(async () => {
    await stage?.close();
    removeDataFolder(home);
  });

  const placed = () => placedPictures(designer.page);
  const until = async (count: number) => {
    const end = Date.now() + TIMEOUT;
    while ((await placed()).length < count) {
      if (Date.now() > end) throw new Error(`Only ${(await placed()).length} of ${count} were placed`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const bar = (text: string) => designer.ui.locator("footer").getByText(text);
  const press = (name: string | RegExp) => designer.ui.getByRole("button", { name }).click();

  test(
    "24 frames: cancelled in the middle and painted on, over a companion that is killed, each gets its own",
    async () => {
      const { ui, page } = designer;
      await buildFrames(page, SUBJECTS);
      await ui.getByText(`${COUNT} frames selected`).waitFor();
      await ui.locator("#prompt").fill("");
      await press("{Subject}");
      expect(await ui.locator("#prompt").inputValue()).toBe("{Subject}");
      await ui.getByText("“Avatar 1”: rocket").waitFor();
      await designer.screenshot("several-ready");
      await press(`Generate ${COUNT}`);
      await until(2);
      await press("Cancel all");
      await ui.getByText("not painted").first().waitFor();
      const early = (await placed()).length;
      expect(early).toBeLessThan(SUBJECTS.length);
      await designer.screenshot("several-cancelled");
      await press(/^Paint the \d+ that are missing/);
      await until(early + 2);
      await companion.kill();
      companion = await startCompanion(root, home);
      await until(SUBJECTS.length);
      await bar(`${COUNT} of ${COUNT} painted`).waitFor();
      await designer.screenshot("several-done");
      const pictures = await placed();
      expect(pictures.map(({ frame, subject }) => [frame, subject])).toEqual(
        SUBJECTS.map((subject, i) => [`Avatar ${i + 1}`, subject]),
      );
      expect(pictures.filter(({ prompt, subject, seed, due }) => prompt !== subject || seed !== due)).toEqual([]);
      expect(new Set(pictures.map(({ imageHash }) => imageHash)).size).toBe(SUBJECTS.length);
    },
    TIMEOUT,
  );

  test(
    "a second run changes what was asked, in place, and nothing else",
    async () => {
      const { ui } = designer;
      const before = await placed();
      await toCreate(ui);
      await ui.locator("#prompt").fill("{thing}");
      await ui.getByText(`Nothing for {thing} in “Avatar 1” and ${COUNT - 1} more`).waitFor();
      await press("From a table…");
      const rows = SUBJECTS.map((subject, i) => `"Avatar ${i + 1}";${i === 3 ? "frog" : subject}`);
      await ui.getByLabel(/^Table/).fill(["name;thing", ...rows].join("\n"));
      await ui.getByText("“Avatar 1”: rocket").waitFor();
      await press(`Generate ${COUNT}`);
      await ui.getByText(`${COUNT - 1} layers keep their pictures: nothing changed.`).waitFor();
      const changed = async () => (await placed()).filter(({ imageHash }, i) => imageHash !== before[i]!.imageHash);
      const end = Date.now() + TIMEOUT;
      while ((await changed()).length === 0 && Date.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 50));
      await ui.locator(".run").first().getByText("placed", { exact: true }).waitFor();
      expect((await changed()).map(({ frame, prompt }) => [frame, prompt])).toEqual([["Avatar 4", "frog"]]);
      expect((await placed()).length).toBe(before.length);
      expect(designer.errors).toEqual([]);
    },
    TIMEOUT,
  );
});
