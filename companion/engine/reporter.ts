import type { Progress } from "../../shared/job.ts";
import { encodePng } from "../image/encode.ts";
import type { StageEvent, StepEvent } from "../pipeline/events.ts";

/** Between two previews, milliseconds. */
const PREVIEW_MS = 100;

/** Turns what the pipeline says into what the designer sees: how far, how long still, what it looks like. */
export class Reporter {
  readonly #now: () => number;
  #progress: Progress;
  /** When the first step was done: it opened and warmed up the network, and says nothing about the others. */
  #firstStepAt = 0;
  #previewAt = Number.NEGATIVE_INFINITY;

  /** `steps`: how many are expected, until the pipeline says. `now`: milliseconds, from any start. */
  constructor(steps: number, now = () => performance.now()) {
    this.#now = now;
    this.#progress = { stage: "loading", step: 0, of: steps };
  }

  async report(event: StageEvent | StepEvent): Promise<Progress> {
    if (event.type === "stage") {
      const { step, of, memory } = { ...this.#progress, ...event };
      this.#progress = { stage: event.stage, step, of, ...(memory && { memory }) };
      return this.#progress;
    }
    const { step, of, preview } = event;
    const now = this.#now();
    if (step === 1) this.#firstStepAt = now;
    const perStep = step > 1 ? (now - this.#firstStepAt) / (step - 1) : undefined;
    const { memory } = this.#progress;
    this.#progress = {
      ...(memory && { memory }),
      stage: "denoising",
      step,
      of,
      ...(perStep !== undefined && { secondsLeft: (perStep * (of - step)) / 1000 }),
    };
    if (preview === undefined || now - this.#previewAt < PREVIEW_MS) return this.#progress;
    this.#previewAt = now;
    const seen = await preview();
    return { ...this.#progress, ...(seen && { preview: await encodePng(seen) }) };
  }
}
