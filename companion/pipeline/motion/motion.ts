/** Pictures that move: what a job knows of it. */
import { Problem } from "../../../shared/problem.ts";
import type { GenerateRequest, Motion } from "../../../shared/request.ts";
import { familyOf } from "../../checkpoint/identify/families.ts";
import { type AnyModel, requireUNet, type UNetModel } from "../../checkpoint/model.ts";
import type { MotionModule } from "../../checkpoint/parts/motion-module.ts";
import { Weights } from "../../graph/weights.ts";
import type { MotionBranch } from "../../networks/motion.ts";
import { refuseOtherLayers } from "../../opening/fit.ts";
import { measuresOf } from "../../opening/measures.ts";
import type { Studio } from "../studio/studio.ts";

/** A motion module, and what it is to move. */
export interface JobMotion extends Pick<Motion, "frames" | "frameRate" | "loop"> {
  readonly module: MotionModule;
}

/** The module as it is built into a graph. */
export const motionBranch = ({ module, frames }: Pick<JobMotion, "module" | "frames">): MotionBranch => ({
  ...{ config: module.config, weights: new Weights(module), frames },
});

/** Throws Problem "model-not-found", "model-unsupported", "adapter-mismatch", "request-invalid". */
export function openMotion(
  { motion }: Pick<GenerateRequest, "motion">,
  model: AnyModel,
  studio: Pick<Studio, "openMotionModule">,
): JobMotion | undefined {
  if (!motion) return undefined;
  const module = openFittingModule(motion.model, model, studio);
  const most = module.config.motion_max_seq_length;
  if (motion.frames > most)
    throw new Problem(
      "request-invalid",
      `The motion module "${module.origin}" draws ${most} frames at most: \`motion.frames\` is ${motion.frames}.`,
    );
  return { module, ...motion };
}

/** A motion module that goes with the model. Throws as `openMotion`. */
export function openFittingModule(
  name: string,
  model: AnyModel,
  studio: Pick<Studio, "openMotionModule">,
): MotionModule {
  const unet = requireUNet(model);
  refuseOtherKind(unet);
  const module = studio.openMotionModule(name);
  refuseOtherLayers(module, measuresOf(unet));
  return module;
}

/** Motion modules were trained with Stable Diffusion 1, and what sees a picture beside the latent was not there. */
function refuseOtherKind({ family, kind }: UNetModel): void {
  if (family !== "sd1")
    throw new Problem(
      "request-invalid",
      `A model of ${familyOf(family).name} has no motion modules: choose a model of ${familyOf("sd1").name}, or leave out \`motion\`.`,
    );
  if (kind === "inpaint" || kind === "pix2pix")
    throw new Problem(
      "request-invalid",
      "Models for inpainting and for edits by instruction cannot move: choose a plain model, or leave out `motion`.",
    );
}
