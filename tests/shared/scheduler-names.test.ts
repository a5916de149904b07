import { SCHEDULER_NAMES } from "../../shared/request.ts";
import { namedScheduler, SCHEDULER_MENU, schedulerLabel } from "../../shared/scheduler-names.ts";
import { parseRequest } from "../../shared/validate.ts";

const karras = { use_karras_sigmas: true };

test.each([
  ["DPM++ 2M Karras", undefined, { name: "dpmpp_2m", ...karras }],
  ["dpm++ 2m karras", undefined, { name: "dpmpp_2m", ...karras }],
  ["DPM++ 2M", "Karras", { name: "dpmpp_2m", ...karras }],
  ["dpmpp_2m_sde_gpu", "karras", { name: "dpmpp_2m_sde", ...karras }],
  ["dpmpp_2m_sde_heun_gpu", undefined, { name: "dpmpp_2m_sde", solver_type: "heun" }],
  ["k_euler_ancestral", undefined, { name: "euler_ancestral" }],
  ["k_dpm_2_a", "Karras", { name: "dpm2_ancestral", ...karras }],
  ["dpmpp_2m_sde_k", undefined, { name: "dpmpp_2m_sde", ...karras }],
  ["heun_k", undefined, { name: "heun", ...karras }],
  ["DPM++ 3M SDE", "Automatic", { name: "dpmpp_3m_sde", use_exponential_sigmas: true }],
  ["Euler a", "Automatic", { name: "euler_ancestral" }],
  ["uni_pc", "sgm_uniform", { name: "unipc", timestep_spacing: "sgm_uniform" }],
  ["DPM++ 2M", "Align Your Steps", { name: "dpmpp_2m", use_ays_sigmas: true }],
  ["ddim", "ddim_uniform", { name: "ddim", timestep_spacing: "leading", steps_offset: 1 }],
  ["EulerAncestralDiscreteScheduler", undefined, { name: "euler_ancestral" }],
  ["KDPM2DiscreteScheduler", undefined, { name: "dpm2" }],
  ["DPMSolverSDEScheduler", "Karras", { name: "dpmpp_sde_brownian", ...karras }],
  ["euler_cfg_pp", undefined, undefined],
  ["DPM++ 2M", "Cosine", undefined],
  ["LCM", "Automatic", { name: "lcm" }],
  ["LCM", "Simple", undefined],
  ["Euler a Karras", undefined, undefined],
  ["euler_ancestral", "karras", undefined],
  ["DPM++ 2S", "Trailing", undefined],
] as const)("namedScheduler(%s, %s) reads what people write", (name, schedule, choice) => {
  expect(namedScheduler(name, schedule)).toEqual(choice);
});

test("namedScheduler() leaves the registry's own names as they are", () => {
  for (const name of SCHEDULER_NAMES) expect(namedScheduler(name)).toEqual({ name });
});

test("schedulerLabel() gives back every name of the menu", () => {
  for (const label of SCHEDULER_MENU.flatMap(({ labels }) => labels)) {
    expect(schedulerLabel(namedScheduler(label)!)).toBe(label);
  }
});

test("schedulerLabel() names what no name stands for, and has none for the model's own", () => {
  expect(schedulerLabel({ name: "dpmpp_2m", ...karras, solver_order: 1 })).toBe("DPM++ 2M Karras, solver_order 1");
  expect(schedulerLabel({})).toBeUndefined();
});

const request = { model: "m", prompt: "", seed: 1 };

test("parseRequest() reads names of schedulers and schedules; settings of the request's own win", () => {
  const schedulerOf = (scheduler: unknown) => parseRequest({ ...request, scheduler }).scheduler;
  expect(schedulerOf({ name: "DPM++ 2M karras", steps_offset: 0 })).toEqual({
    name: "dpmpp_2m",
    ...karras,
    steps_offset: 0,
  });
  expect(schedulerOf({ name: "Euler", schedule: "Simple", timestep_spacing: "leading" })).toEqual({
    name: "euler",
    timestep_spacing: "leading",
  });
  expect(schedulerOf({ schedule: "exponential" })).toEqual({ use_exponential_sigmas: true });
  expect(schedulerOf({})).toEqual({});
});

test.each([
  [
    { name: "euler_cfg_pp" },
    '`scheduler.name` is no scheduler that is known here: received "euler_cfg_pp", and the closest is "Euler',
  ],
  [{ name: "DPM+ 2M Kerras" }, 'the closest is "DPM++ 2M Karras"'],
  [
    { name: "Euler a", schedule: "Karras" },
    '`scheduler.schedule` must be left out: "Euler a" cannot be combined with "Karras"',
  ],
  [{ name: "Euler", schedule: "cosine" }, "`scheduler.schedule` must be one of Automatic, Karras, "],
])("parseRequest() refuses the scheduler %o", (scheduler, sentence) => {
  expect(() => parseRequest({ ...request, scheduler })).toThrow(
    expect.objectContaining({ code: "request-invalid", message: expect.stringContaining(sentence) }),
  );
});
