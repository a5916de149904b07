import { LOOP_SECONDS, motionModuleFor, motionOf, secondsOf } from "../../../plugin/ui/models/motion.ts";
import { buildRequest } from "../../../plugin/ui/request/build-request.ts";
import { settingsOf } from "../../../plugin/ui/request/recipe-settings.ts";
import { inUse } from "../../../plugin/ui/state/in-use.ts";
import { DEFAULT_SETTINGS } from "../../../plugin/ui/state/state.ts";
import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { companion, model } from "./fixtures.ts";

const SD1 = { id: "sd1", name: "Stable Diffusion 1.x" };
const mover: AddOnInfo = {
  ...{ id: "v3_sd15_mm", name: "v3_sd15_mm", kind: "motion", families: [SD1], triggerWords: [], thumbnail: false },
};
const state = {
  companion: { ...companion, addOns: [mover] },
  ...{ controls: [], painted: [], mode: "generate" as const },
  settings: { ...DEFAULT_SETTINGS, loopSeconds: 3 as const },
};

test("a loop lasts as long as was chosen, in frames that every module has, and is read back", () => {
  for (const seconds of LOOP_SECONDS.filter((each) => each > 0)) {
    const motion = motionOf(seconds, mover);
    expect((2 * motion.frames - 2) / motion.frameRate).toBe(seconds);
    expect(motion.frames).toBeLessThanOrEqual(24);
    expect(parseRequest({ model: "m", prompt: "p", seed: 1, motion }).motion).toEqual(motion);
    expect(secondsOf(motion)).toBe(seconds);
  }
  expect(secondsOf(undefined)).toBe(0);
  expect(secondsOf({ model: "m", frames: 16, frameRate: 8, loop: "ring" })).toBe(2);
});

test("a module moves plain models of its sizes, and nothing else", () => {
  const moves = (other: Partial<ModelInfo>) => motionModuleFor([mover], { ...model, ...other });
  expect(moves({})).toEqual(mover);
  expect(moves({ inpainting: true })).toBe(undefined);
  expect(moves({ edits: true })).toBe(undefined);
  expect(moves({ family: { ...SD1, like: true } })).toBe(undefined);
  expect(moves({ family: { id: "sdxl", name: "Stable Diffusion XL", like: false } })).toBe(undefined);
});

test("the choice is in the request and the recipe, but not in a Fill or where letters are painted", () => {
  const motion = motionOf(3, mover);
  expect(inUse(state, model).motion).toEqual(motion);
  for (const other of [{ mode: "fill" as const }, { painted: ["1:2"] }, { settings: DEFAULT_SETTINGS }])
    expect(inUse({ ...state, ...other }, model).motion).toBe(undefined);
  const intent = {
    ...{ mode: "generate" as const, model, prompt: "sea", settings: state.settings, references: [], seeds: [1] },
    ...{ layers: { target: { id: "1:1", name: "Hero" } }, use: inUse(state, model) },
    ...{ target: { width: 100, height: 100 }, fill: null },
  };
  const request = buildRequest(intent, 1);
  expect(request.motion).toEqual(motion);
  expect(settingsOf({ mode: "generate", request, references: [] }).loopSeconds).toBe(3);
});
