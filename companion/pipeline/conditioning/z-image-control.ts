/** The picture that Z-Image follows with a ControlNet. */
import { Problem } from "../../../shared/problem.ts";
import type { Control, GenerateRequest } from "../../../shared/request.ts";
import type { ZImageModel } from "../../checkpoint/model.ts";
import { zImageControlNetwork } from "../../opening/z-image-control.ts";
import type { JobControl } from "../job.ts";
import type { Studio } from "../studio/studio.ts";
import type { OwnControl } from "./control-latent.ts";

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
  if (control?.preprocessor === "inpaint")
    refuse('is shown what is masked beside the picture that it follows: choose another preprocessor than "inpaint"');
}

/** The one that counts. Throws Problem as `Studio.openUnion`. */
export function openControl(request: GenerateRequest, model: ZImageModel, studio: Studio): JobControl | undefined {
  const [asked] = counting(request);
  if (asked === undefined) return undefined;
  const net = studio.openUnion(asked.model, model);
  return { asked, net, network: zImageControlNetwork(net) };
}

/** What of it `encodeControlLatent` needs. */
export function followed({ image, preprocessor }: Control): OwnControl {
  if (preprocessor === undefined || preprocessor === "inpaint") return { image };
  return { image, preprocessor };
}
