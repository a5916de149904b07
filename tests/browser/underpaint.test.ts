/**
 * The whole of Underpaint as a designer meets it: the built plugin in the playground, in a real browser, with the real
 * companion and the starter model, in one browser from beginning to end. Screenshots go to the folder that
 * UNDERPAINT_SCREENSHOTS names.
 */
import path from "node:path";
import type { Settings } from "../../plugin/bridge.ts";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { createDataFolder, removeDataFolder } from "./companion-process.ts";
import { findBrowser } from "./find-browser.ts";
import { openStage } from "./open-stage.ts";
import { fillAndEdit } from "./underpaint/fill-and-edit.ts";
import { fillKinds } from "./underpaint/fill-kinds.ts";
import { firstPicture } from "./underpaint/first-picture.ts";
import { followed } from "./underpaint/followed.ts";
import { givenFiles } from "./underpaint/given-files.ts";
import { inColours } from "./underpaint/in-colours.ts";
import { interruptions } from "./underpaint/interruptions.ts";
import { pairing } from "./underpaint/pairing.ts";
import { Play } from "./underpaint/play.ts";

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;

/** Few steps, one picture, always the same: the tests are about everything around the model. */
const SETTINGS: Settings = { ...DEFAULT_SETTINGS, count: 1, steps: 4, seed: 7, seedLocked: true };

inBrowser(`the designer${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  const play = new Play(root, createDataFolder());

  beforeAll(async () => {
    if ("missing" in found) return;
    play.stage = await openStage({ root, path: found.path, settings: SETTINGS });
  });
  afterAll(async () => {
    await play.companion?.stop();
    await play.stage?.close();
    removeDataFolder(play.home);
  });

  pairing(play);
  firstPicture(play);
  givenFiles(play);
  fillAndEdit(play);
  followed(play);
  inColours(play);
  fillKinds(play);
  interruptions(play);

  test("saw no error that nobody caught", () => {
    expect(play.designer.errors).toEqual([]);
  });
});
