/**
 * The picture that a transformer follows which was made to follow one: FLUX.1 Canny and Depth. It sees it as channels of its latent, all of
 * it and at every step, so there is nothing to weigh.
 */
import { Problem } from "../../../shared/problem.ts";
import type { Control, GenerateRequest } from "../../../shared/request.ts";
import { toSample } from "../../image/preprocess.ts";
import { preprocess } from "../../image/preprocessors/preprocess.ts";
import type { Tensor } from "../../tensor.ts";
import type { PreparedJob } from "../job.ts";
import { readImage } from "../picture/canvas.ts";

type Asked = Pick<GenerateRequest, "model" | "controls">;

export interface OwnControl {
  readonly image: Control["image"];
  readonly preprocessor?: Exclude<Control["preprocessor"], "inpaint">;
}

/** Throws Problem "request-invalid" where that is not one picture, followed whole by the model itself. */
export function ownControl({ model, controls }: Asked, name: string): OwnControl {
  const refuse = (why: string): never => {
    throw new Problem("request-invalid", `${name} ${why}.`);
  };
  const [control, ...more] = controls;
  if (control === undefined || more.length > 0)
    return refuse(`follows one picture, and the request has ${controls.length}: give one in \`controls\``);
  if (control.model !== model)
    return refuse(`follows a picture by itself, without "${control.model}": name the model itself as the control's`);
  if (control.weight !== 1 || control.start !== 0 || control.end !== 1 || control.mode !== "balanced")
    return refuse("follows its picture wholly and at every step: leave out the control's weight, start, end and mode");
  const { image, preprocessor } = control;
  if (preprocessor === "inpaint")
    return refuse('does not look at what is masked: choose another preprocessor than "inpaint"');
  return { image, ...(preprocessor !== undefined && { preprocessor }) };
}

/** [1, C, h, w]. `noise`: of the autoencoder's posterior. Source: diffusers, pipeline_flux_control.py, prepare_image and __call__. */
export async function encodeControlLatent(
  { canvas, images, autoencoder }: Pick<PreparedJob, "canvas" | "images" | "autoencoder">,
  { image, preprocessor }: OwnControl,
  noise: Tensor | undefined,
): Promise<Tensor> {
  const seen = canvas.see(await readImage(images, image));
  return autoencoder.encode(toSample(preprocessor === undefined ? seen : preprocess(seen, preprocessor)), noise);
}
