import { distillationIn } from "../../companion/checkpoint/identify/distillation.ts";
import type { UNetModel } from "../../companion/checkpoint/model.ts";
import { samplingDefaults } from "../../companion/library/sampling-defaults.ts";

const model = (family: UNetModel["family"], scheduler: object, time_cond_proj_dim: number | null = null) =>
  ({ family, schedulerConfig: scheduler, denoiser: { config: { time_cond_proj_dim } } }) as unknown as UNetModel;
const euler = { _class_name: "EulerDiscreteScheduler", timestep_spacing: "leading" };

test.each([
  ["SDXL", model("sdxl", euler), [30, 6, "dpmpp_2m"]],
  ["Stable Diffusion 2", model("sd2", { _class_name: "DDIMScheduler" }), [25, 7, "dpmpp_2m"]],
  ["SD-Turbo", model("sd2", { ...euler, timestep_spacing: "trailing" }), [4, 1, "euler"]],
  [
    "SDXL-Turbo",
    model("sdxl", { _class_name: "EulerAncestralDiscreteScheduler", timestep_spacing: "trailing" }),
    [4, 1, "euler_ancestral"],
  ],
  ["a latent consistency model", model("sd1", { _class_name: "LCMScheduler" }, 256), [6, 8.5, "lcm"]],
  ["a merge with LCM's LoRA", model("sd1", { _class_name: "LCMScheduler" }), [6, 1, "lcm"]],
  [
    "zero terminal SNR",
    model("sdxl", {
      ...{ ...euler, timestep_spacing: "trailing" },
      ...{ prediction_type: "v_prediction", rescale_betas_zero_snr: true },
    }),
    [30, 6, "euler"],
  ],
])("samplingDefaults() gives what %s begins with", (_, of, expected) => {
  const { steps, guidanceScale, scheduler } = samplingDefaults(of);
  expect([steps, guidanceScale, scheduler]).toEqual(expected);
});

test.each([
  ["SDXL Lightning", [4, 1, "Euler Trailing"]],
  ["SDXL Turbo", [4, 1, "Euler Trailing"]],
  ["SD 1.5 Hyper", [4, 1, "Euler Trailing"]],
  ["SDXL 1.0 LCM", [6, 1, "lcm"]],
  ["SDXL 1.0", [30, 6, "dpmpp_2m"]],
])("samplingDefaults() believes Civitai that a plain-looking model is made from %s", (base, expected) => {
  const { steps, guidanceScale, scheduler } = samplingDefaults(model("sdxl", euler), distillationIn(base));
  expect([steps, guidanceScale, scheduler]).toEqual(expected);
});
