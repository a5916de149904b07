import type { GenerateRequest } from "../../shared/request.ts";
import { createGenerator, type Generator } from "../random/generator.ts";
import { createScheduler, type Plan } from "../schedulers/scheduler.ts";
import { type Canvas, type Images, prepareCanvas } from "./canvas.ts";
import { type Guidance, guidanceOf } from "./guidance.ts";
import type { Studio } from "./studio.ts";
import { type Seat, vaeFactor } from "./vae.ts";

/** A request with everything decided: which model, what it sees, how it goes from noise to picture. */
export interface Job extends Seat {
  readonly request: GenerateRequest;
  readonly images: Images;
  readonly canvas: Canvas;
  /** Of the latent: [1, C, h, w]. */
  readonly dims: readonly [number, number, number, number];
  readonly guidance: Guidance;
  /** "channels": the UNet takes mask and masked picture as channels. "blend": it knows nothing of masks. */
  readonly inpainting: "channels" | "blend";
  readonly plan: Plan;
  readonly generator: Generator;
}

/** Everything that can be refused is refused here, before any network runs. Throws Problem. */
export async function prepareJob(request: GenerateRequest, images: Images, studio: Studio): Promise<Job> {
  const model = await studio.openModel(request.model);
  const { config } = model.vae;
  const factor = vaeFactor(config);
  const canvas = await prepareCanvas(request, images, { native: model.nativeSize, factor });
  const scheduler = createScheduler(
    model.schedulerConfig,
    request.scheduler,
    canvas.mask ? "stable-diffusion-inpaint" : "stable-diffusion",
  );
  return {
    ...{ request, images, model, studio, canvas },
    dims: [1, config.latent_channels, canvas.size.height / factor, canvas.size.width / factor],
    guidance: guidanceOf(request.guidanceScale, model.unet.config),
    inpainting: model.kind === "inpaint" ? "channels" : "blend",
    plan: scheduler.setTimesteps(request.steps, {
      strength: canvas.picture ? request.strength : 1,
      eta: request.eta,
    }),
    generator: createGenerator(request.seed),
  };
}
