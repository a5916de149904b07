import { fitBox } from "../parts/fit-box.ts";
import { inWords, patienceWords, secondsLeftOfRun } from "../state/estimate.ts";
import { isActive, type Picture } from "../state/picture.ts";

/** Of the preview, pixels. */
const TALLEST = 212;

/** The run that is being painted: its newest preview, how far it is, and how long it will take. */
export function Working({ run }: { run: readonly Picture[] }) {
  const current = run.find(({ phase }) => phase === "running") ?? run.find(isActive);
  if (current === undefined) return null;
  const finished = run.filter((picture) => !isActive(picture)).length;
  const share = (finished + shareOf(current)) / run.length;
  const left = secondsLeftOfRun(run);
  return (
    <section aria-live="polite">
      <div class={`preview ${current.preview ? "" : "waiting"}`} style={fitBox(current.job.ticket, TALLEST)}>
        {current.preview && (
          <img
            src={current.preview}
            alt="What it looks like so far"
            style={{ filter: `blur(${softness(current)}px)` }}
          />
        )}
      </div>
      <div class="progress">
        <i style={{ width: `${share * 100}%` }} />
      </div>
      <p class="between">
        <span>{describe(current, { finished, of: run.length })}</span>
        <span class="secondary-text">{left === null ? "" : `${inWords(left)} left`}</span>
      </p>
      {patienceWords(current) && <p class="hint">{patienceWords(current)}</p>}
    </section>
  );
}

/** Latent previews are coarse: the softness that hides their grid goes as the picture comes. */
const softness = ({ step, of }: Picture) => Math.round(6 * (1 - step / Math.max(1, of)));

function shareOf({ phase, stage, step, of }: Picture): number {
  if (phase !== "running") return 0;
  if (stage === "decoding") return 0.97;
  return stage === "denoising" ? (0.95 * step) / Math.max(1, of) : 0;
}

function describe(
  { phase, stage, step, of, ahead, job, recipe }: Picture,
  run: { finished: number; of: number },
): string {
  const which = recipe.enlarged
    ? "The larger picture"
    : job.of > 1
      ? `Picture ${Math.min(run.finished + 1, run.of)} of ${run.of}`
      : "Your picture";
  if (phase === "sending") return "Handing it to the companion…";
  if (phase === "queued")
    return ahead > 0 ? `Waiting for ${ahead} other ${ahead === 1 ? "picture" : "pictures"}` : "Next in line";
  if (stage === "loading") return `${which} · opening the model`;
  if (stage === "encoding") return `${which} · reading the prompt`;
  if (stage === "decoding") return `${which} · finishing`;
  return `${which} · ${recipe.enlarged && !recipe.enlarged.detail ? "part" : "step"} ${step} of ${of}`;
}
