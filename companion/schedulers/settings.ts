/** Which scheduler, with which settings: a model's configuration and a request's wishes, joined as diffusers does. */
import { Problem } from "../../shared/problem.ts";
import type { SchedulerChoice } from "../../shared/request.ts";
import { outOfRange } from "../../shared/scheduler-ranges.ts";
import { AYS_SIGMAS, type AysTable } from "./align-your-steps.ts";
import type { Method } from "./method.ts";
import type { PredictionSettings } from "./prediction.ts";
import { METHODS, NAMED_SCHEDULERS } from "./registry.ts";
import { SIGMA_SWITCHES } from "./sigma-schedules.ts";

/** scheduler_config.json. */
export type SchedulerConfig = Readonly<Record<string, unknown>>;

/**
 * What diffusers' pipelines correct in the scheduler of a model, whatever its configuration says (the constructors of
 * StableDiffusionPipeline and StableDiffusionImg2ImgPipeline, and of StableDiffusionInpaintPipeline). Settings of the
 * request are not corrected.
 */
const CORRECTIONS = {
  "stable-diffusion": { steps_offset: 1, clip_sample: false },
  "stable-diffusion-inpaint": { steps_offset: 1, skip_prk_steps: true },
  "stable-diffusion-xl": {},
  animatediff: {},
} as const satisfies Record<string, Record<string, unknown>>;
export type DiffusersPipeline = keyof typeof CORRECTIONS;

/**
 * What a model's configuration is exchanged for where its pictures move: motion modules were trained with other noise. Source:
 * diffusers' documentation of AnimateDiff, and guoyww/AnimateDiff, configs/inference/inference-v3.yaml.
 */
const EXCHANGED: Partial<Record<DiffusersPipeline, SchedulerConfig>> = {
  animatediff: { beta_schedule: "linear", clip_sample: false, timestep_spacing: "linspace", steps_offset: 1 },
};

/** All settings of a scheduler, checked. */
export type Settings = PredictionSettings & Readonly<Record<string, unknown>>;

/** The scheduler and all of its settings. */
export function resolveScheduler(
  own: SchedulerConfig,
  choice: SchedulerChoice,
  pipeline: DiffusersPipeline,
): { scheduler: Method<Settings>; settings: Settings } {
  const config = { ...own, ...EXCHANGED[pipeline] };
  const { name, ...wishes } = choice;
  const named = name === undefined ? { className: String(config._class_name), settings: {} } : NAMED_SCHEDULERS[name];
  const scheduler = named && METHODS.get(named.className);
  refuseOtherNoise(config, scheduler);
  if (named === undefined || scheduler === undefined) {
    throw new Problem(
      "scheduler-unsupported",
      `The scheduler "${name ?? config._class_name}" is not supported: choose another one.`,
    );
  }

  const given = Object.entries(wishes).filter(([, value]) => value !== undefined);
  for (const [key] of given) {
    if (key !== AYS && ![...METHODS.values()].some(({ defaults }) => key in defaults)) {
      throw new Problem("scheduler-unsupported", `No scheduler knows the setting "${key}".`);
    }
  }
  // Untouched, a model's scheduler has the corrections in its defaults too; a new one is made of the configuration
  // alone, where only what it says is corrected.
  const untouched = name === undefined && given.length === 0;
  const corrected = correct(untouched ? { ...scheduler.defaults, ...config } : config, CORRECTIONS[pipeline]);
  // A request that places the sigmas in its own way means that way alone; diffusers would want it to say so.
  const places = given.some(([key, value]) => SIGMA_SWITCHES.includes(key) && value);
  const said = places ? without(corrected, SIGMA_SWITCHES) : corrected;
  const settings: Record<string, unknown> = { ...scheduler.defaults };
  for (const source of [said, named.settings, Object.fromEntries(given)]) {
    for (const [key, value] of Object.entries(source)) if (key in scheduler.defaults) settings[key] = value;
  }
  // diffusers reads these two from the configuration even in classes that do not declare them.
  for (const key of ["sigma_min", "sigma_max"]) if (!(key in scheduler.defaults)) settings[key] = config[key] ?? null;

  if (wishes[AYS] !== undefined) settings[AYS] = alignedSteps(scheduler, wishes[AYS], pipeline);

  const normalised = (scheduler.normalise?.(settings as Settings) ?? settings) as Settings;
  check(scheduler, normalised);
  return { scheduler, settings: normalised };
}

/** A model that was trained along a flow is drawn along it, and no other is. */
function refuseOtherNoise({ _class_name: own }: SchedulerConfig, wanted: Method<Settings> | undefined): void {
  const flows = (className: unknown) => String(className).startsWith("FlowMatch");
  if (wanted === undefined || flows(own) === flows(wanted.className)) return;
  throw new Problem(
    "scheduler-unsupported",
    `The scheduler ${wanted.className} cannot draw with a model made for ${own}: leave out its name.`,
  );
}

function without(config: SchedulerConfig, keys: readonly string[]): SchedulerConfig {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));
}

function correct(config: SchedulerConfig, corrections: Readonly<Record<string, unknown>>): SchedulerConfig {
  const present = Object.entries(corrections).filter(([key]) => key in config);
  return { ...config, ...Object.fromEntries(present) };
}

/** A setting that diffusers lacks: every method that can place its noise levels anew has it. */
const AYS = "use_ays_sigmas";

/** `table`: a table's name, or true for the one that fits the pipeline. */
function alignedSteps(scheduler: Method<Settings>, table: unknown, pipeline: DiffusersPipeline): AysTable | false {
  if (!("use_karras_sigmas" in scheduler.defaults))
    throw new Problem("scheduler-unsupported", `${scheduler.className} does not support the setting "${AYS}".`);
  if (table === false) return false;
  if (table === true) return pipeline === "stable-diffusion-xl" ? "sdxl" : "sd1";
  const found = (Object.keys(AYS_SIGMAS) as AysTable[]).find((name) => name === table);
  if (found) return found;
  throw new Problem(
    "scheduler-unsupported",
    `The setting "${AYS}" = ${JSON.stringify(table)} is not supported; it can be true, ${Object.keys(AYS_SIGMAS).join(" or ")}.`,
  );
}

/** Refuses values of the wrong type, and those that are not supported, by name. */
function check(scheduler: Method<Settings>, settings: Settings): void {
  const wrong = outOfRange(settings);
  if (wrong !== undefined)
    throw new Problem("scheduler-unsupported", `${scheduler.className} cannot run as its setting ${wrong}.`);
  for (const [key, fallback] of Object.entries(scheduler.defaults)) {
    const value = settings[key];
    const allowed: readonly unknown[] | undefined = scheduler.allowed[key];
    const fits = allowed ? allowed.includes(value) : sameKind(value, fallback);
    if (!fits) {
      const hint = allowed ? `; it can be ${allowed.map((v) => JSON.stringify(v)).join(", ")}` : "";
      const said = JSON.stringify(value) ?? String(value);
      throw new Problem(
        "scheduler-unsupported",
        `${scheduler.className} does not support the setting "${key}" = ${said}${hint}.`,
      );
    }
  }
}

/** A default of null stands for an optional number or list of numbers. */
function sameKind(value: unknown, fallback: unknown): boolean {
  const isList = Array.isArray(value) && value.every((entry) => typeof entry === "number");
  if (Array.isArray(fallback)) return isList;
  // In Python, None is as good as False.
  if (typeof fallback === "boolean" && value === null) return true;
  if (fallback === null) return value === null || typeof value === "number" || isList;
  return typeof value === typeof fallback && !(typeof value === "number" && Number.isNaN(value));
}
