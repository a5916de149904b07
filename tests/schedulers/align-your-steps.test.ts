import { createScheduler } from "../../companion/schedulers/scheduler.ts";
import { placeSigmas } from "../../companion/schedulers/sigma-schedules.ts";
import { attempted } from "../attempted.ts";

const SD1 = { _class_name: "DDIMScheduler", beta_start: 0.00085, beta_end: 0.012, beta_schedule: "scaled_linear" };

/** diffusers' AysSchedules: the same tables as timesteps, published for ten steps. */
test.each([
  ["sd1", [999, 850, 736, 645, 545, 455, 343, 233, 124, 24]],
  ["sdxl", [999, 845, 730, 587, 443, 310, 193, 116, 53, 13]],
])("use_ays_sigmas %s visits the published timesteps in ten steps", (table, published) => {
  const { timesteps } = createScheduler(SD1, { name: "dpmpp_2m", use_ays_sigmas: table }).setTimesteps(10);
  expect(Math.max(...published.map((t, i) => Math.abs(t - timesteps[i]!)))).toBeLessThanOrEqual(1);
});

test("placeSigmas() goes between the aligned steps in log σ", () => {
  const range = { high: 1, low: 0.1, settings: { use_ays_sigmas: "sd1" as const } };
  // numpy.interp over the logarithms of the table, as in ComfyUI's AlignYourStepsScheduler: 7 points, of which the last ends.
  const wanted = [14.614641, 4.589205, 2.391697, 1.394381, 0.743122, 0.288335];
  placeSigmas("ays", range, 6).forEach((sigma, i) => {
    expect(sigma).toBeCloseTo(wanted[i]!, 6);
  });
});

test("createScheduler() refuses aligned steps for methods that place no sigmas, and unknown tables", () => {
  const refused = (name: "ddim" | "euler", table: string) =>
    attempted(() => createScheduler(SD1, { name, use_ays_sigmas: table }));
  expect(refused("ddim", "sd1")).toMatchObject({ code: "scheduler-unsupported" });
  expect(refused("euler", "sd3")).toMatchObject({ code: "scheduler-unsupported" });
});

test("timestep_spacing sgm_uniform leaves out the last of one point more", () => {
  const plan = createScheduler(SD1, { name: "euler", timestep_spacing: "sgm_uniform" }).setTimesteps(4);
  expect([...plan.timesteps]).toEqual([999, 749.25, 499.5, 249.75]);
});

test("use_ays_sigmas true takes the table of the model's family", () => {
  const first = (pipeline: "stable-diffusion" | "stable-diffusion-xl", table: string | boolean) =>
    createScheduler(SD1, { name: "euler", use_ays_sigmas: table }, pipeline).setTimesteps(10).timesteps[1];
  expect(first("stable-diffusion", true)).toBe(first("stable-diffusion", "sd1"));
  expect(first("stable-diffusion-xl", true)).toBe(first("stable-diffusion", "sdxl"));
});
