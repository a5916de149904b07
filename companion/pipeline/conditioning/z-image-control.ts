/** The picture that Z-Image follows with a ControlNet. */
import { Problem } from "../../../shared/problem.ts";
import type { Control, GenerateRequest } from "../../../shared/request.ts";
import type { ZImageModel } from "../../checkpoint/model.ts";
import { seesMask } from "../../checkpoint/z-image/control.ts";
import type { IntegerRules } from "../../opening/network.ts";
import { zImageControlNetwork } from "../../opening/z-image-control.ts";
import { elementCount, type Tensor, tensor } from "../../tensor.ts";
import type { JobControl, PreparedJob } from "../job.ts";
import type { Studio } from "../studio/studio.ts";
import { encodeControlLatent } from "./control-latent.ts";

/** Those that count at all: a weight of 0 is no control. */
const counting = ({ controls }: Pick<GenerateRequest, "controls">) => controls.filter(({ weight }) => weight !== 0);

/** Throws Problem "request-invalid" for several pictures, as diffusers' pipelines have no way to, and for what only other ControlNets do. */
export function refuseControls(request: Pick<GenerateRequest, "controls">): void {
  const refuse = (why: string): never => {
    throw new Problem("request-invalid", `Z-Image ${why}.`);
  };
  const [control, ...more] = counting(request);
  if (more.length > 0) refuse(`follows one picture, and the request has ${1 + more.length}: give one in \`controls\``);
  if (control?.mode === "guess") refuse('follows picture and prompt alike: leave out the control\'s mode "guess"');
}

/**
 * The one that counts. `integers`: how it computes in whole numbers. Throws Problem as `Studio.openUnion`, and "request-invalid" where it
 * is to be shown a mask that it can't see.
 */
export function openControl(
  request: GenerateRequest,
  model: ZImageModel,
  studio: Studio,
  integers: IntegerRules,
): JobControl | undefined {
  const [asked] = counting(request);
  if (asked === undefined) return undefined;
  const net = studio.openUnion(asked.model, model);
  if (asked.preprocessor === "inpaint" && !seesMask(net))
    throw new Problem(
      "request-invalid",
      `The ControlNet "${net.weights.origin}" does not look at what is masked: choose version 2 of it, or another preprocessor than "inpaint".`,
    );
  return { asked, net, network: { ...zImageControlNetwork(net), integers } };
}

/**
 * The followed picture's latent [1, C, h, w], the posterior's mode. Zeros for the preprocessor "inpaint": nothing but the mask and what lies
 * around it is shown. Sources: diffusers, pipeline_z_image_controlnet.py; VideoX-Fun, pipeline_z_image_control.py (without a `control_image`).
 */
export async function encodeFollowed(job: PreparedJob<ZImageModel>, { image, preprocessor }: Control): Promise<Tensor> {
  if (preprocessor === "inpaint") {
    const dims = job.latent.dims(job.canvas.size);
    return tensor(new Float32Array(elementCount(dims)), dims);
  }
  return encodeControlLatent(job, { image, ...(preprocessor && { preprocessor }) }, undefined);
}
