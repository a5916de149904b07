import { createScheduler } from "../../companion/schedulers/scheduler.ts";
import { tensor } from "../../companion/tensor.ts";
import { SCHEDULER_NAMES, type SchedulerChoice } from "../../shared/request.ts";
import { namedScheduler, SCHEDULE_LABELS, SCHEDULER_MENU } from "../../shared/scheduler-names.ts";

const SD1 = {
  _class_name: "PNDMScheduler",
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: "scaled_linear",
  skip_prk_steps: true,
  steps_offset: 1,
  clip_sample: false,
};
const timestepsOf = (...args: Parameters<typeof createScheduler>) => [
  ...createScheduler(...args).setTimesteps(4).timesteps,
];

test("createScheduler() takes the model's own scheduler where none is named", () => {
  expect(createScheduler(SD1).className).toBe("PNDMScheduler");
  expect(timestepsOf(SD1)).toEqual([751, 501, 501, 251, 1]);
});

test("createScheduler() takes over the settings that the named scheduler knows", () => {
  expect(timestepsOf(SD1, { name: "ddim" })).toEqual([751, 501, 251, 1]);
  expect(timestepsOf(SD1, { name: "ddim", timestep_spacing: "trailing" })).toEqual([999, 749, 499, 249]);
  expect(timestepsOf(SD1, { name: "lcm" })).toEqual([999, 759, 499, 259]);
});

test("createScheduler() corrects steps_offset as diffusers' pipelines do, but not the request's", () => {
  const old = { _class_name: "DDIMScheduler", steps_offset: 0 };
  expect(timestepsOf(old)).toEqual([751, 501, 251, 1]);
  expect(timestepsOf(old, {}, "stable-diffusion-xl")).toEqual([750, 500, 250, 0]);
  expect(timestepsOf(old, { name: "ddim", steps_offset: 0 })).toEqual([750, 500, 250, 0]);
  // Where the configuration says nothing, a new scheduler has its class's default, and only the model's own is corrected.
  expect(timestepsOf({ _class_name: "DDIMScheduler" })).toEqual([751, 501, 251, 1]);
  expect(timestepsOf({ _class_name: "DDIMScheduler" }, { name: "ddim" })).toEqual([750, 500, 250, 0]);
});

test.each([
  [
    { _class_name: "SomeOtherScheduler" },
    {},
    'The scheduler "SomeOtherScheduler" is not supported: choose another one.',
  ],
  [SD1, { name: "ddim", no_such_setting: 1 }, 'No scheduler knows the setting "no_such_setting".'],
  [SD1, { name: "ddim", timestep_spacing: "even" }, '"timestep_spacing" = "even"; it can be "linspace", "leading"'],
  [SD1, { name: "dpmpp_2m", use_flow_sigmas: true }, '"use_flow_sigmas" = true'],
  [SD1, { name: "dpmpp_2m", solver_order: 4 }, '"solver_order" = 4'],
  [SD1, { name: "ddim", steps_offset: "one" }, '"steps_offset" = "one"'],
  [SD1, { name: "dpmpp_2m", algorithm_type: "dpmsolver" }, 'final_sigmas_type must be "sigma_min"'],
  [SD1, { name: "euler", use_karras_sigmas: true, use_beta_sigmas: true }, "Only one of karras and beta sigmas"],
] as const)("createScheduler(%o, %o) says what is not supported", (config, choice, sentence) => {
  expect(() => createScheduler(config, choice).setTimesteps(4)).toThrow(
    expect.objectContaining({ code: "scheduler-unsupported", message: expect.stringContaining(sentence) }),
  );
});

test("setTimesteps() refuses a strength that leaves no step, and too many steps", () => {
  const refused = expect.objectContaining({ code: "request-invalid" });
  expect(() => createScheduler(SD1, { name: "euler" }).setTimesteps(3, { strength: 0.2 })).toThrow(refused);
  expect(() => createScheduler(SD1, { name: "lcm" }).setTimesteps(51)).toThrow(refused);
  expect(() => createScheduler(SD1, { name: "ddim" }).setTimesteps(1001)).toThrow(refused);
});

test("step() wants every evaluation once, in order", () => {
  const plan = createScheduler(SD1, { name: "euler" }).setTimesteps(3);
  const x = tensor(new Float32Array(4).fill(1), [1, 1, 2, 2]);
  const randn = () => x;
  plan.step(0, x, x, randn);
  expect(() => plan.step(0, x, x, randn)).toThrow(RangeError);
  expect(() => plan.step(2, x, x, randn)).toThrow(RangeError);
});

test("createScheduler() knows every name, and every name of the menu", () => {
  for (const name of SCHEDULER_NAMES) {
    expect(createScheduler(SD1, { name }).setTimesteps(6).timesteps.length).toBeGreaterThanOrEqual(6);
  }
  for (const label of SCHEDULER_MENU.flatMap(({ labels }) => labels)) {
    expect(createScheduler(SD1, namedScheduler(label)).setTimesteps(6).timesteps.length).toBeGreaterThanOrEqual(6);
  }
});

test.each([
  [{ name: "euler" }, { timesteps: [500, 600] }, "request-invalid", "must fall"],
  [{ name: "euler" }, { timesteps: [1000, 600] }, "request-invalid", "below 1000: received 1000"],
  [{ name: "euler" }, { sigmas: [3] }, "request-invalid", "two entries or more"],
  [{ name: "euler" }, { timesteps: [9], sigmas: [3, 0] }, "request-invalid", "not both"],
  [{ name: "ddim" }, { timesteps: [800] }, "scheduler-unsupported", "DDIMScheduler takes no list of timesteps"],
  [{ name: "heun" }, { sigmas: [3, 0] }, "scheduler-unsupported", "HeunDiscreteScheduler takes no list of sigmas"],
  [{ name: "euler", use_beta_sigmas: true }, { timesteps: [800] }, "scheduler-unsupported", '"use_beta_sigmas"'],
] as const)("setTimesteps() of %o refuses %o", (choice, lists, code, sentence) => {
  expect(() => createScheduler(SD1, choice).setTimesteps(4, lists)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(sentence) }),
  );
});

test("dpmpp_sde_brownian takes its path from noise_sampler_seed, or else from the picture's seed", () => {
  const x = tensor(new Float32Array(4).fill(1), [1, 1, 2, 2]);
  const first = (settings: Record<string, number>, seed: number) => {
    const plan = createScheduler(SD1, { name: "dpmpp_sde_brownian", ...settings }).setTimesteps(3, { seed });
    return plan.step(0, x, x, () => x).data;
  };
  expect(first({}, 5)).toEqual(first({ noise_sampler_seed: 5 }, 9));
  expect(first({}, 5)).not.toEqual(first({}, 9));
  expect(() => first({ noise_sampler_seed: -1 }, 0)).toThrow('"noise_sampler_seed" must be a whole number');
});

test("every schedule that a name can have changes what is visited", () => {
  const samplers = SCHEDULER_NAMES.flatMap((name) =>
    SCHEDULE_LABELS.slice(1).map((schedule) => namedScheduler(name, schedule)),
  ).filter((choice) => choice !== undefined);
  // A configuration whose own timesteps are none of the schedules'.
  const config = { ...SD1, timestep_spacing: "leading", steps_offset: 3 };
  const visits = (choice: SchedulerChoice) =>
    createScheduler(config, choice, "stable-diffusion-xl").setTimesteps(6).timesteps.join();
  for (const choice of samplers) expect([choice, visits(choice)]).not.toEqual([choice, visits({ name: choice.name! })]);
  expect(samplers.length).toBeGreaterThan(100);
});

test("createScheduler() places the sigmas as the request says where the model says otherwise", () => {
  const karras = { ...SD1, _class_name: "EulerDiscreteScheduler", use_karras_sigmas: true };
  const exponential = { name: "euler", use_exponential_sigmas: true } as const;
  expect(timestepsOf(karras, exponential)).toEqual(timestepsOf(SD1, exponential));
  expect(timestepsOf(karras, { name: "euler" })).toEqual(timestepsOf(SD1, { name: "euler", use_karras_sigmas: true }));
});
