/** What SDXL is told about a picture's making: Podell et al. 2023, "SDXL", section 2.2. */
import type { Size } from "../../../shared/geometry.ts";
import type { CropCorner, GenerateRequest } from "../../../shared/request.ts";
import type { UNetModel } from "../../checkpoint/model.ts";
import type { GuidanceBranch } from "../guidance.ts";
import type { PreparedJob } from "../job.ts";

interface Told extends Pick<PreparedJob, "beginning"> {
  readonly request: Pick<GenerateRequest, "microConditioning">;
  readonly model: Pick<UNetModel, "kind" | "settings">;
  readonly canvas: { readonly size: Size };
}

const CORNER: CropCorner = { top: 0, left: 0 };

/**
 * `time_ids`: original height and width, crop top and left, then target height and width, or the refiner's score. Which of
 * the negative's own numbers count differs between diffusers' pipelines.
 * Sources: diffusers, _get_add_time_ids of pipeline_stable_diffusion_xl.py and …_img2img.py (also for inpainting).
 */
export function timeIds({ request, model, canvas, beginning }: Told, prompt: GuidanceBranch["prompt"]): number[] {
  const told = request.microConditioning ?? {};
  const { originalSize = canvas.size, cropTopLeft = CORNER, targetSize = canvas.size } = told;
  const scored = model.settings.requiresAestheticsScore;
  const positive = [
    ...[...heightWidth(originalSize), ...corner(cropTopLeft)],
    ...(scored ? [told.aestheticScore ?? 6] : heightWidth(targetSize)),
  ];
  const {
    negativeOriginalSize = originalSize,
    negativeCropTopLeft = CORNER,
    negativeTargetSize = targetSize,
    negativeAestheticScore = 2.5,
  } = told;
  if (prompt === "positive" || model.kind === "pix2pix") return positive;
  if (scored) return [...heightWidth(negativeOriginalSize), ...corner(negativeCropTopLeft), negativeAestheticScore];
  if (beginning === "noise" && !(told.negativeOriginalSize && told.negativeTargetSize)) return positive;
  const crop = beginning === "picture" ? cropTopLeft : negativeCropTopLeft;
  return [...heightWidth(negativeOriginalSize), ...corner(crop), ...heightWidth(negativeTargetSize)];
}

const heightWidth = ({ width, height }: Size): number[] => [height, width];
const corner = ({ top, left }: CropCorner): number[] => [top, left];
