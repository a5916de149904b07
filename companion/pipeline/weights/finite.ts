import { Problem } from "../../../shared/problem.ts";
import type { Tensor } from "../../tensor.ts";

/** `value` itself. Throws Problem "weights-not-finite" where it holds NaN or an infinity; `origin` names the weights. */
export function finite(value: Tensor, origin: string): Tensor {
  if (allFinite(value)) return value;
  throw new Problem(
    "weights-not-finite",
    `"${origin}" gives no numbers (NaN) where a picture should be: its weights, or those of an adapter that is used with it, are damaged or too large for this device. Download it again, or choose another.`,
  );
}

/** `latent` itself. Throws Problem "scheduler-unsupported" where the scheduler made NaN or an infinity of finite numbers. */
export function finiteStep(latent: Tensor): Tensor {
  if (allFinite(latent)) return latent;
  throw new Problem(
    "scheduler-unsupported",
    "The scheduler gives no numbers (NaN) with these settings: leave some of them out, or choose another scheduler.",
  );
}

function allFinite({ data }: Tensor): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return false;
  return true;
}
