import { METHODS } from "../../companion/schedulers/registry.ts";
import { createScheduler } from "../../companion/schedulers/scheduler.ts";
import { readRecipe, writeRecipe } from "../../plugin/ui/state/recipe.ts";
import type { SchedulerChoice } from "../../shared/request.ts";
import { SCHEDULER_RANGES } from "../../shared/scheduler-ranges.ts";
import { parseRequest } from "../../shared/validate.ts";
import { recipe } from "../plugin/ui/fixtures.ts";

test("every number that a scheduler may be set to has a range", () => {
  const numbers = [...METHODS.values()].flatMap(({ defaults, allowed }) =>
    Object.entries(defaults)
      .filter(([key, value]) => (typeof value === "number" || value === null) && allowed[key] === undefined)
      .map(([key]) => key),
  );
  expect([...new Set(numbers)].filter((key) => !Object.hasOwn(SCHEDULER_RANGES, key))).toEqual([]);
});

const BAD: [string, unknown][] = [
  ["num_train_timesteps", 1e9],
  ["num_train_timesteps", 0],
  ["num_train_timesteps", 10.5],
  ["solver_order", 0],
  ["solver_order", 1e15],
  ["solver_order", -1],
  ["steps_offset", 1e300],
  ["original_inference_steps", 1e9],
  ["beta_end", 2],
  ["beta_start", -0.1],
  ["trained_betas", [0.1, 7]],
  ["sigma_max", -1],
  ["timestep_scaling", 1e9],
];

test.each(BAD)("a request, a recipe and a model's configuration are refused by name with %s = %p", (key, value) => {
  const scheduler = { name: "unipc", [key]: value };
  const refused = expect.objectContaining({
    code: "request-invalid",
    message: expect.stringContaining(`"${key}" must`),
  });
  expect(() => parseRequest({ model: "m", prompt: "", seed: 1, scheduler })).toThrow(refused);
  const hostile = { ...recipe, request: { ...recipe.request, scheduler } };
  expect(readRecipe(writeRecipe(hostile as unknown as typeof recipe))).toBeNull();
  const name = ["LCMScheduler", "UniPCMultistepScheduler"][
    key === "original_inference_steps" || key === "timestep_scaling" ? 0 : 1
  ];
  expect(() => createScheduler({ _class_name: name }, { [key]: value } as SchedulerChoice)).toThrow(
    expect.objectContaining({ code: "scheduler-unsupported" }),
  );
});

test("settings at the ends of their ranges end in a schedule or in a Problem, and soon", () => {
  const started = process.cpuUsage();
  for (const [key, { min, max }] of Object.entries(SCHEDULER_RANGES))
    for (const value of [min, max])
      for (const { className } of METHODS.values()) {
        if (!Number.isFinite(value) || key === "trained_betas") continue;
        try {
          createScheduler({ _class_name: className, [key]: value }, {}).setTimesteps(4);
        } catch (error) {
          expect([className, key, value, (error as { code?: string }).code]).toEqual([
            ...[className, key, value, expect.stringMatching(/scheduler-unsupported|request-invalid/)],
          ]);
        }
      }
  // Of the processor's time: others may have the machine meanwhile.
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1000).toBeLessThan(5000);
});
