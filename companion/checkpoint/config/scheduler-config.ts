import { Problem } from "../../../shared/problem.ts";

/** As in scheduler_config.json: `schedulers/` doubts each setting when it makes one. */
export type SchedulerConfig = Readonly<Record<string, unknown>> & { readonly _class_name: string };

/** scheduler/scheduler_config.json, which must name its class. Throws Problem "config-invalid". */
export function parseSchedulerConfig(json: unknown, origin = "scheduler/scheduler_config.json"): SchedulerConfig {
  const name = typeof json === "object" && json !== null && (json as Record<string, unknown>)._class_name;
  if (typeof name !== "string")
    throw new Problem("config-invalid", `"${origin}" names no scheduler (_class_name): download the model again.`);
  return json as SchedulerConfig;
}
