import type { ModelInfo } from "../../../shared/protocol.ts";
import type { SchedulerChoice } from "../../../shared/request.ts";
import { namedScheduler, SCHEDULER_MENU, schedulerLabel } from "../../../shared/scheduler-names.ts";
import type { Option, OptionGroup } from "../parts/select.tsx";
import { recommendedScheduler } from "../request/build-request.ts";
import { t } from "../text/language.ts";

export interface SchedulerMenu {
  readonly options: readonly (Option | OptionGroup)[];
  /** The chosen option's. */
  readonly value: string;
  /** Undefined: the one that is recommended for the model. */
  readonly choiceOf: (value: string) => SchedulerChoice | undefined;
}

const RECOMMENDED = "";

/** The schedulers by the names that people know, and a recipe's own where no name stands for it. */
export function schedulerMenu(model: ModelInfo, chosen: SchedulerChoice | undefined): SchedulerMenu {
  const value = chosen === undefined ? RECOMMENDED : (schedulerLabel(chosen) ?? t.settings.modelsFiles);
  const isListed = value === RECOMMENDED || SCHEDULER_MENU.some(({ labels }) => labels.includes(value));
  const recommended = schedulerLabel(recommendedScheduler(model)) ?? t.settings.modelsFiles;
  return {
    value,
    options: [
      { value: RECOMMENDED, label: t.settings.modelsDefault(recommended) },
      ...(isListed ? [] : [{ value, label: value }]),
      ...SCHEDULER_MENU.map(({ group, labels }) => ({
        group: t.settings.schedulerGroups[group],
        options: labels.map((label) => ({ value: label, label })),
      })),
    ],
    choiceOf: (next) => {
      if (next === RECOMMENDED) return undefined;
      return next === value ? chosen : namedScheduler(next);
    },
  };
}
