import type { Model } from "../checkpoint/model.ts";
import type { Plan } from "../schedulers/scheduler.ts";
import { ARCHITECTURES } from "./architectures.ts";
import type { PlanWish } from "./plans.ts";

/** As every picture begins that a model makes of noise alone, at its own size. Throws Problem "scheduler-unsupported". */
export const planOf = (model: Model, wish: PlanWish): Plan =>
  ARCHITECTURES.find(({ architecture }) => architecture === model.denoiser.architecture)!.nativePlan(model, wish);
