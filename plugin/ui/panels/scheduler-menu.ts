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
/** Models that are made for so few steps want other schedulers. */
const FEW_STEPS = 10;
const GROUPS = SCHEDULER_MENU.map(({ group }) => group);

const labelsOf = (groups: readonly (typeof GROUPS)[number][]) =>
  SCHEDULER_MENU.filter(({ group }) => groups.includes(group)).flatMap(({ labels }) => labels);

/** The field's name, and what it is like where that is known. */
function named(label: string): Option {
  const hints: Readonly<Record<string, string>> = t.settings.schedulerHints;
  return { value: label, label: label in hints ? `${label} · ${hints[label]}` : label };
}

/** The schedulers by the names that people know, and a recipe's own where no name stands for it. */
export function schedulerMenu(model: ModelInfo, chosen: SchedulerChoice | undefined): SchedulerMenu {
  const value = chosen === undefined ? RECOMMENDED : (schedulerLabel(chosen) ?? t.settings.modelsFiles);
  const isListed = value === RECOMMENDED || SCHEDULER_MENU.some(({ labels }) => labels.includes(value));
  const forModel = model.defaults.steps <= FEW_STEPS ? "fewSteps" : "recommended";
  const recommended = schedulerLabel(recommendedScheduler(model)) ?? t.settings.modelsFiles;
  return {
    value,
    options: [
      { value: RECOMMENDED, label: t.settings.modelsDefault(recommended) },
      ...(isListed ? [] : [{ value, label: value }]),
      { group: t.settings.schedulersRecommended, options: labelsOf([forModel]).map(named) },
      { group: t.settings.schedulersAll, options: labelsOf(GROUPS.filter((group) => group !== forModel)).map(named) },
    ],
    choiceOf: (next) => {
      if (next === RECOMMENDED) return undefined;
      return next === value ? chosen : namedScheduler(next);
    },
  };
}
