/**
 * The names that people know schedulers by, from A1111, ComfyUI, InvokeAI and diffusers, and what they are here: the one table
 * behind a request's `scheduler.name`, the plugin's menu, and every place that shows a name.
 */
import { SCHEDULER_NAMES, type SchedulerChoice, type SchedulerName } from "./request.ts";

type Settings = Omit<SchedulerChoice, "name">;

interface Sampler {
  readonly name: SchedulerName;
  readonly settings?: Settings;
  /** Other names, in any spelling. */
  readonly also?: readonly string[];
  /** What it has no choice of. Absent: it has both. */
  readonly fixed?: readonly NonNullable<Schedule["chooses"]>[];
  /** What A1111 means by the schedule type "Automatic" here. Absent: the sampler as it is. */
  readonly automatic?: string;
}

const SAMPLERS: Readonly<Record<string, Sampler>> = {
  "DPM++ 2M": { name: "dpmpp_2m", also: ["DPMSolverMultistepScheduler"], automatic: "Karras" },
  "DPM++ 2M SDE": { name: "dpmpp_2m_sde", automatic: "Exponential" },
  "DPM++ 2M SDE Heun": { name: "dpmpp_2m_sde", settings: { solver_type: "heun" }, automatic: "Exponential" },
  "DPM++ 3M": { name: "dpmpp_2m", settings: { solver_order: 3 } },
  "DPM++ 3M SDE": { name: "dpmpp_3m_sde", automatic: "Exponential" },
  "DPM++ SDE": { name: "dpmpp_sde_brownian", also: ["DPMSolverSDEScheduler"], automatic: "Karras" },
  "DPM++ 2S": { name: "dpmpp_2s", also: ["DPMSolverSinglestepScheduler"], fixed: ["timesteps"] },
  "DPM++ 2S SDE": { name: "dpmpp_sde", fixed: ["timesteps"] },
  "DPM++ 2S a": { name: "dpmpp_2s_ancestral", automatic: "Karras" },
  Euler: { name: "euler" },
  "Euler a": { name: "euler_ancestral", fixed: ["sigmas"] },
  Heun: { name: "heun" },
  DPM2: { name: "dpm2", automatic: "Karras" },
  "DPM2 a": { name: "dpm2_ancestral", automatic: "Karras" },
  LMS: { name: "lms" },
  UniPC: { name: "unipc", also: ["uni_pc_bh2"] },
  DEIS: { name: "deis" },
  DDIM: { name: "ddim", fixed: ["sigmas"] },
  DDPM: { name: "ddpm", fixed: ["sigmas"] },
  PNDM: { name: "pndm", fixed: ["sigmas"] },
  PLMS: { name: "pndm", settings: { skip_prk_steps: true }, fixed: ["sigmas"] },
  LCM: { name: "lcm", fixed: ["sigmas", "timesteps"] },
  TCD: { name: "tcd", fixed: ["sigmas", "timesteps"] },
};

interface Schedule {
  /** Noise levels, or timesteps. Absent: nothing. */
  readonly chooses?: "sigmas" | "timesteps";
  readonly settings: Settings;
  readonly also?: readonly string[];
}

const SCHEDULES: Readonly<Record<string, Schedule>> = {
  Karras: { chooses: "sigmas", settings: { use_karras_sigmas: true }, also: ["k"] },
  // A1111's and ComfyUI's "polyexponential" has ρ = 1, which is the same.
  Exponential: { chooses: "sigmas", settings: { use_exponential_sigmas: true }, also: ["polyexponential"] },
  Beta: { chooses: "sigmas", settings: { use_beta_sigmas: true } },
  AYS: { chooses: "sigmas", settings: { use_ays_sigmas: true }, also: ["Align Your Steps"] },
  "SGM Uniform": { chooses: "timesteps", settings: { timestep_spacing: "sgm_uniform" } },
  Trailing: { chooses: "timesteps", settings: { timestep_spacing: "trailing" }, also: ["Simple"] },
  Uniform: { chooses: "timesteps", settings: { timestep_spacing: "linspace" }, also: ["Normal"] },
  Leading: { chooses: "timesteps", settings: { timestep_spacing: "leading", steps_offset: 1 }, also: ["ddim_uniform"] },
};

const AS_IT_IS: Schedule = { settings: {} };

/** What a menu offers: few for most people first, then the rest by family. Every label is one that `namedScheduler` reads. */
export const SCHEDULER_MENU: readonly {
  readonly group: "recommended" | "fewSteps" | "dpm" | "others";
  readonly labels: readonly string[];
}[] = [
  {
    group: "recommended",
    labels: ["DPM++ 2M Karras", "DPM++ 2M SDE Karras", "DPM++ SDE Karras", "Euler a", "Euler", "UniPC"],
  },
  {
    group: "fewSteps",
    labels: ["LCM", "TCD", "Euler Trailing", "Euler a Trailing", "DDIM Trailing", "DPM++ 2M AYS", "Euler AYS"],
  },
  {
    group: "dpm",
    labels: [
      ...["DPM++ 2M", "DPM++ 2M Exponential", "DPM++ 2M Beta", "DPM++ 2M SGM Uniform", "DPM++ 3M"],
      ...["DPM++ 2M SDE", "DPM++ 2M SDE Exponential", "DPM++ 2M SDE Heun"],
      ...["DPM++ 3M SDE", "DPM++ 3M SDE Karras", "DPM++ 3M SDE Exponential"],
      ...["DPM++ SDE", "DPM++ 2S SDE", "DPM++ 2S", "DPM++ 2S Karras", "DPM++ 2S a", "DPM++ 2S a Karras"],
    ],
  },
  {
    group: "others",
    labels: [
      ...[
        "Euler Karras",
        "Euler Beta",
        "Euler SGM Uniform",
        "Heun",
        "Heun Karras",
        "UniPC Karras",
        "DEIS",
        "DEIS Karras",
      ],
      ...["DPM2", "DPM2 Karras", "DPM2 a", "DPM2 a Karras", "LMS", "LMS Karras", "DDIM", "DDPM", "PNDM", "PLMS"],
    ],
  },
];

/**
 * The scheduler of that name: one of SCHEDULER_NAMES, or what people write, with the schedule in it ("DPM++ 2M Karras",
 * "dpmpp_2m_k") or beside it ("DPM++ 2M" and "Karras", as A1111's "Schedule type" and ComfyUI's `scheduler`). Undefined: none,
 * or none with such a schedule.
 */
export function namedScheduler(name: string, schedule?: string): SchedulerChoice | undefined {
  const [sampler, own] = samplerAndSchedule(name) ?? [];
  const type = schedule === undefined ? own : scheduleOf(schedule, sampler);
  return sampler && type && joined(sampler, type);
}

/** What a schedule's name alone stands for: settings of any scheduler. Undefined: no such schedule. */
export function scheduleSettings(name: string): Settings | undefined {
  return scheduleOf(name)?.settings;
}

export const SCHEDULE_LABELS: readonly string[] = ["Automatic", ...Object.keys(SCHEDULES)];

/** What people call it, and settings that no name stands for: "DPM++ 2M Karras, solver_order 1". Undefined: the model's own. */
export function schedulerLabel(choice: SchedulerChoice): string | undefined {
  const said = Object.entries(choice).filter(([, value]) => value !== undefined);
  const within = (entry: SchedulerChoice) => Object.entries(entry).every(([key, value]) => choice[key] === value);
  const fitting = EVERY_NAME.filter((entry) => within(entry.choice));
  const [best] = fitting.sort((a, b) => Object.keys(b.choice).length - Object.keys(a.choice).length);
  if (best === undefined) return undefined;
  const rest = said.filter(([key]) => !(key in best.choice)).map(([key, value]) => `${key} ${value}`);
  return [best.label, ...rest].join(", ");
}

/** The known name that looks most like `name`. */
export function closestSchedulerName(name: string): string {
  const distances = EVERY_NAME.map(({ label }) => editDistance(squeeze(label), squeeze(name)));
  return EVERY_NAME[distances.indexOf(Math.min(...distances))]!.label;
}

/**
 * The spelling does not matter: "DPM++ 2M SDE Karras" and "dpmpp_2m_sde_gpu_karras" are one, and so are "Euler a" and
 * "EulerAncestralDiscreteScheduler".
 */
function squeeze(name: string): string {
  const plain = name.toLowerCase().replaceAll("+", "p").replaceAll("ancestral", "a");
  return plain.replace(/[^a-z0-9]|gpu|(discrete|multistep)?scheduler$/g, "");
}

/** Every spelling, squeezed, of a table's entries. */
function spellings<E extends { readonly also?: readonly string[] }>(table: Readonly<Record<string, E>>) {
  return new Map(
    Object.entries(table).flatMap(([label, entry]) =>
      [label, ...(entry.also ?? [])].map((name) => [squeeze(name), entry] as const),
    ),
  );
}

const SAMPLER_SPELLINGS = spellings(SAMPLERS);
const SCHEDULE_SPELLINGS = spellings(SCHEDULES);

/** Undefined: the sampler has no choice of what the schedule chooses. */
function joined({ name, settings, fixed }: Sampler, schedule: Schedule): SchedulerChoice | undefined {
  if (schedule.chooses && fixed?.includes(schedule.chooses)) return undefined;
  return { name, ...settings, ...schedule.settings };
}

const EVERY_NAME = Object.entries(SAMPLERS).flatMap(([label, sampler]) =>
  [["", AS_IT_IS] as const, ...Object.entries(SCHEDULES)].flatMap(([ending, schedule]) => {
    const choice = joined(sampler, schedule);
    return choice ? [{ label: `${label} ${ending}`.trim(), choice }] : [];
  }),
);

function scheduleOf(name: string, sampler?: Sampler): Schedule | undefined {
  if (squeeze(name) === "automatic") return SCHEDULES[sampler?.automatic ?? ""] ?? AS_IT_IS;
  return SCHEDULE_SPELLINGS.get(squeeze(name));
}

/** Undefined: no such sampler. */
function samplerAndSchedule(name: string): readonly [Sampler, Schedule] | undefined {
  const exact = SCHEDULER_NAMES.some((known) => known === name);
  if (exact) return [Object.values(SAMPLERS).find((one) => one.name === name && !one.settings)!, AS_IT_IS];
  // k-diffusion's own names begin with "k_", and no others do.
  const key = squeeze(name).replace(/^k/, "");
  const whole = SAMPLER_SPELLINGS.get(key);
  if (whole !== undefined) return [whole, AS_IT_IS];
  for (const [ending, schedule] of SCHEDULE_SPELLINGS) {
    const sampler = key.endsWith(ending) ? SAMPLER_SPELLINGS.get(key.slice(0, -ending.length)) : undefined;
    if (sampler !== undefined) return [sampler, schedule];
  }
  return undefined;
}

/** Insertions, deletions and exchanges of letters (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (const [i, letter] of [...a].entries()) {
    const above = row;
    row = [i + 1];
    for (let k = 0; k < b.length; k++) {
      row.push(Math.min(above[k + 1]! + 1, row[k]! + 1, above[k]! + (letter === b[k] ? 0 : 1)));
    }
  }
  return row.at(-1)!;
}
