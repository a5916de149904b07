/** Pictures that move: by which module, and how many frames a loop of some seconds takes. */
import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import type { Motion } from "../../../shared/request.ts";
import { addOnsFor } from "./add-on-fit.ts";

/** Seconds that a loop may last; 0: it is one picture. */
export const LOOP_SECONDS = [0, 2, 3, 4] as const;
export type LoopSeconds = (typeof LOOP_SECONDS)[number];

/** A second: what the modules were trained with. */
const FRAME_RATE = 8;

/** The first that moves this model's pictures; undefined where none does. One of the published sizes is nothing for a model of others. */
export function motionModuleFor(addOns: readonly AddOnInfo[], model: ModelInfo): AddOnInfo | undefined {
  if (model.family.id !== "sd1" || model.inpainting || model.edits) return undefined;
  return addOnsFor(addOns, "motion", model).find(({ families }) => (families.length === 0) === model.family.like);
}

/** There and back, so that it closes whatever the module draws: neither end is shown twice. */
export const motionOf = (seconds: number, { id }: Pick<AddOnInfo, "id">): Motion => ({
  model: id,
  frames: (seconds * FRAME_RATE) / 2 + 1,
  frameRate: FRAME_RATE,
  loop: "ping-pong",
});

/** The nearest of `LOOP_SECONDS`. */
export function secondsOf(motion: Motion | undefined): LoopSeconds {
  if (motion === undefined) return 0;
  const { frames, frameRate, loop } = motion;
  const seconds = (loop === "ping-pong" ? 2 * frames - 2 : frames) / frameRate;
  const [, ...lengths] = LOOP_SECONDS;
  return lengths.reduce((best, each) => (Math.abs(each - seconds) < Math.abs(best - seconds) ? each : best));
}
