/**
 * Live as a designer meets it: the built plugin in the playground, the real companion and the starter model. What is edited is
 * painted anew, the newest edit wins, and nothing but Keep changes the file.
 */
import path from "node:path";
import { DatabaseSync as Sqlite } from "@photostructure/sqlite";
import sharp from "sharp";
import type { Editor } from "../../playground/app/editor.ts";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { createDataFolder, PAIRING_CODE, removeDataFolder, startCompanion } from "./companion-process.ts";
import type { Driver, Frame } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { BALL, buildLiveFrame, LIVE_FRAME, paintBall, paintBallOften, whenRepainted } from "./live-scene.ts";
import { openStage, type Stage } from "./open-stage.ts";
import { toCreate } from "./to-create.ts";

declare const playground: { readonly editor: Editor };

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;
const TIMEOUT = 180_000;
const SETTINGS = { ...DEFAULT_SETTINGS, count: 1, seed: 7 };

inBrowser(`live${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  const home = createDataFolder();
  let stage: Stage | undefined;
  let designer: Driver;
  let companion: Awaited<ReturnType<typeof startCompanion>> | undefined;

  beforeAll(async () => {
    if ("missing" in found) return;
    companion = await startCompanion(root, home);
    stage = await openStage({ root, path: found.path, settings: SETTINGS });
    ({ designer } = stage);
    await designer.ui.locator(".code input").fill(PAIRING_CODE);
    await designer.ui.getByText("Nothing selected").waitFor();
    await buildLiveFrame(designer.page);
  }, TIMEOUT);
  afterAll(async () => {
    await stage?.close();
    await companion?.stop();
    removeDataFolder(home);
  });

  const submits = (): Frame[] => designer.frames.filter(({ sent, message }) => sent && message.type === "submit");
  const switchOf = () => designer.ui.getByRole("switch", { name: /^Live/ });
  const picture = () => designer.ui.getByRole("img", { name: /repainted/ });
  /** The ball's red in the frame as it was sent last. */
  const lastRed = async () => {
    const png = Buffer.from(submits().at(-1)!.attachment("image"));
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    return data[(info.width * (info.height >> 1) + (info.width >> 1)) * info.channels]!;
  };
  /** Until nothing is on its way and the frame was sent with that red. */
  const settled = async (red: number) => {
    const end = Date.now() + TIMEOUT / 2;
    const isDone = async () => {
      const jobs = submits().flatMap(({ message }) => message.jobs as { job: string }[]);
      const done = new Set(
        designer.frames.flatMap(({ sent, message }) => (!sent && message.type === "done" ? [message.job] : [])),
      );
      return jobs.length > 0 && done.has(jobs.at(-1)!.job) && Math.abs((await lastRed()) - red) <= 2;
    };
    while (!(await isDone())) {
      if (Date.now() > end) throw new Error("The last edit was never painted");
      await designer.page.waitForTimeout(20);
    }
    await designer.ui.locator(".live-picture:not(.painting)").waitFor();
  };
  const layersNow = () =>
    designer.page.evaluate(() => {
      const { scene, selection, camera } = playground.editor;
      const layers = [...scene.records.values()].map(({ children, pluginData, ...node }) => JSON.stringify(node));
      return { layers, selection: [...selection], view: [camera.zoom, camera.toScreen({ x: 0, y: 0 })] };
    });

  test(
    "a frame is painted when Live is switched on, and again when a shape in it is edited",
    async () => {
      const { ui, page } = designer;
      await designer.select(LIVE_FRAME);
      await ui.locator(".segmented label", { hasText: /^Edit$/ }).click();
      await ui.locator("#prompt").fill("red apple");
      await switchOf().click();
      await ui.getByText(/^Repainted in \d/).waitFor();
      await designer.screenshot("live");
      expect(submits()[0]!.message).toMatchObject({
        fleeting: true,
        task: { request: { prompt: "red apple", seed: 7, width: 128, steps: 7 } },
      });
      const repainted = whenRepainted(ui);
      await paintBall(page, 100);
      await repainted;
      await settled(100);
      const before = submits().length;
      await designer.change(BALL, { name: BALL, locked: true });
      await designer.change("Rocket", { opacity: 0.5 });
      await paintBall(page, 120);
      await settled(120);
      expect(submits().length).toBe(before + 1);
    },
    TIMEOUT,
  );

  test(
    "of ten quick edits the last one is shown, and far fewer are painted",
    async () => {
      designer.frames.length = 0;
      const reds = Array.from({ length: 10 }, (_, i) => 20 * (i + 1));
      await paintBallOften(designer.page, reds, 10);
      await settled(200);
      expect(submits().length).toBeLessThanOrEqual(5);
    },
    TIMEOUT,
  );

  test(
    "goes on while something in the frame is selected, and rests while something else is",
    async () => {
      const { ui, page } = designer;
      await designer.select(BALL);
      await ui.locator(".card b", { hasText: BALL }).waitFor();
      await picture().waitFor();
      const repainted = whenRepainted(ui);
      await paintBall(page, 210);
      await repainted;
      await settled(210);
      await designer.select("Rocket");
      await picture().waitFor({ state: "detached" });
      await ui.locator("footer button.primary", { hasText: "Edit" }).waitFor();
      designer.frames.length = 0;
      await paintBall(page, 220);
      await designer.select(LIVE_FRAME);
      await picture().waitFor();
      await settled(220);
      expect(submits().length).toBe(1);
    },
    TIMEOUT,
  );

  test(
    "Keep makes one layer of what is shown, with its recipe, and changes nothing else",
    async () => {
      const { ui } = designer;
      const before = await layersNow();
      const appeared = designer.nextLayer();
      await ui.locator("footer button.primary", { hasText: "Keep" }).click();
      await appeared;
      await ui.locator("footer button.primary:disabled", { hasText: "Kept" }).waitFor();
      const after = await layersNow();
      const made = after.layers.filter((layer) => !before.layers.includes(layer));
      expect(made.length).toBe(1);
      expect(after.layers.length).toBe(before.layers.length + 1);
      expect([after.selection, after.view]).toEqual([before.selection, before.view]);
      const layer = await designer.node(new RegExp(`^Edit – ${LIVE_FRAME}`));
      const { id, width, absoluteTransform } = await designer.node(LIVE_FRAME);
      expect([layer.below, layer.width, layer.absoluteTransform]).toEqual([id, width, absoluteTransform]);
      expect(JSON.parse(layer.pluginData.recipe!)).toMatchObject({
        mode: "edit",
        request: { prompt: "red apple", seed: 7 },
      });
      expect(layer.pluginData.target).toBe(id);
      await ui.getByRole("button", { name: /^History/ }).click();
      await ui.locator(".result").getByText("placed").waitFor();
      expect(await ui.locator(".result").count()).toBe(1);
      await toCreate(ui);
      designer.frames.length = 0;
      await paintBall(designer.page, 230);
      await settled(230);
      await ui.locator("footer button.primary:enabled", { hasText: "Keep" }).waitFor();
      await designer.screenshot("live-kept");
    },
    TIMEOUT,
  );

  test(
    "goes on when a killed companion is back, which has kept nothing of it",
    async () => {
      const { ui, page } = designer;
      const killed = companion!.kill();
      await paintBall(page, 240);
      await killed;
      await ui.getByText("Goes on as soon as the companion is back").waitFor();
      designer.frames.length = 0;
      companion = await startCompanion(root, home);
      await settled(240);
      await ui.getByText(/^Repainted in \d/).waitFor();
      await page.getByRole("button", { name: "Close plugin" }).click();
      await page.getByTestId("plugin-window").waitFor({ state: "detached" });
      await companion.stop();
      const ledger = new Sqlite(path.join(home, "queue", "ledger.sqlite"));
      expect(ledger.prepare("SELECT COUNT(*) AS jobs FROM jobs").get()).toEqual({ jobs: 0 });
      ledger.close();
      expect(designer.errors).toEqual([]);
    },
    TIMEOUT,
  );
});
