/** Whether a single file predicts the noise or the velocity. No tensor's shape says so; some files carry a mark. */
import type { SchedulerConfig } from "../config/scheduler-config.ts";
import type { Beside } from "../files/beside.ts";
import type { SafetensorsFile } from "../files/safetensors.ts";
import { readNumbers } from "../files/tensor-data.ts";
import { type Distillation, distillationOf } from "../identify/distillation.ts";
import { type Family, FEW_STEPS_SCHEDULER, LCM_SCHEDULER, UNET_PREFIX } from "../identify/families.ts";

export interface Prediction {
  readonly scheduler: SchedulerConfig;
  /** Pixels. */
  readonly nativeSize: number;
}

/** Stable Diffusion 2's velocity models are trained at this size, the others at 512. */
const SD2_VELOCITY_SIZE = 768;
/** Above it, this bias's standard deviation is that of Stable Diffusion 2's velocity models. */
const VELOCITY_DEVIATION = 0.09;
const TELLING_BIAS = `${UNET_PREFIX}output_blocks.11.1.transformer_blocks.0.norm1.bias`;

const DISTILLED: Readonly<Record<Distillation, SchedulerConfig>> = {
  consistency: LCM_SCHEDULER,
  turbo: FEW_STEPS_SCHEDULER,
  "few-steps": FEW_STEPS_SCHEDULER,
};
/** SD-Turbo and SDXL-Turbo. */
const TURBO_SIZE = 512;

/** The family's scheduler as this file, or the configuration beside it, wants it. */
export function predictionOf(file: SafetensorsFile, family: Family, beside: Beside = {}): Prediction {
  const velocity = beside.parameterization ? beside.parameterization === "v" : isVelocity(file, family);
  const distilled = distillationOf(file.metadata);
  const embedded = ["time_embed", "time_embedding"].some((name) => file.find(`${UNET_PREFIX}${name}.cond_proj.weight`));
  const usual = distilled ? DISTILLED[distilled] : family.scheduler;
  const zeroSnr = file.find("ztsnr") !== undefined;
  return {
    scheduler: {
      ...(embedded ? LCM_SCHEDULER : usual),
      ...(velocity ? { prediction_type: "v_prediction" } : {}),
      ...(zeroSnr ? { rescale_betas_zero_snr: true, timestep_spacing: "trailing" } : {}),
    },
    nativeSize: nativeSize(family, { velocity, turbo: distilled === "turbo" }),
  };
}

function nativeSize(family: Family, { velocity, turbo }: { velocity: boolean; turbo: boolean }): number {
  if (turbo) return TURBO_SIZE;
  return velocity && family.id === "sd2" ? SD2_VELOCITY_SIZE : family.nativeSize;
}

/** The trainer's mark, then the metadata (Stability-AI/ModelSpec), then, for version 2, the rule of ComfyUI's supported_models.py. */
function isVelocity(file: SafetensorsFile, family: Family): boolean {
  if (file.find("v_pred")) return true;
  const declared = file.metadata.get("modelspec.prediction_type");
  if (declared !== undefined) return declared.startsWith("v");
  const isBase = file.find(`${UNET_PREFIX}input_blocks.0.0.weight`)?.dims[1] === 4;
  const bias = family.id === "sd2" && isBase ? file.find(TELLING_BIAS) : undefined;
  return bias !== undefined && deviation(readNumbers(bias).data) > VELOCITY_DEVIATION;
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
