import type { SchedulerChoice } from "../../shared/request.ts";

/** Schedulers under the names that people know them by. */
export const SCHEDULERS: readonly { readonly id: string; readonly label: string; readonly choice: SchedulerChoice }[] =
  [
    { id: "dpmpp_2m_karras", label: "DPM++ 2M Karras", choice: { name: "dpmpp_2m", use_karras_sigmas: true } },
    { id: "dpmpp_2m", label: "DPM++ 2M", choice: { name: "dpmpp_2m" } },
    {
      id: "dpmpp_2m_sde_karras",
      label: "DPM++ 2M SDE Karras",
      choice: { name: "dpmpp_2m_sde", use_karras_sigmas: true },
    },
    { id: "dpmpp_2m_sde", label: "DPM++ 2M SDE", choice: { name: "dpmpp_2m_sde" } },
    { id: "euler", label: "Euler", choice: { name: "euler" } },
    { id: "euler_ancestral", label: "Euler a", choice: { name: "euler_ancestral" } },
    { id: "heun", label: "Heun", choice: { name: "heun" } },
    { id: "unipc", label: "UniPC", choice: { name: "unipc" } },
    { id: "ddim", label: "DDIM", choice: { name: "ddim" } },
    { id: "lcm", label: "LCM", choice: { name: "lcm" } },
  ];

/** What people call the scheduler of that name. */
export function schedulerLabel(name: string): string {
  return SCHEDULERS.find(({ id }) => id === name)?.label ?? name;
}

/** The request's scheduler for a choice of the list; anything else means the model's own. */
export function schedulerChoice(id: string | undefined): SchedulerChoice {
  return SCHEDULERS.find((scheduler) => scheduler.id === id)?.choice ?? {};
}

/** The list's entry that makes this request's scheduler, where there is one. */
export function schedulerId(choice: SchedulerChoice): string | undefined {
  return SCHEDULERS.find(
    (scheduler) =>
      scheduler.choice.name === choice.name &&
      (scheduler.choice.use_karras_sigmas === true) === (choice.use_karras_sigmas === true),
  )?.id;
}
