import { fitBox } from "../parts/fit-box.ts";
import { inWords, patienceWords, secondsLeftOfRun } from "../state/estimate.ts";
import { isActive, type Picture } from "../state/picture.ts";
import { taskOf } from "../state/recipe.ts";
import { t } from "../text/language.ts";
import { memoryWords } from "../text/memory-words.ts";

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
          <img src={current.preview} alt={t.pictures.soFar} style={{ filter: `blur(${softness(current)}px)` }} />
        )}
      </div>
      <div
        class="progress"
        role="progressbar"
        aria-label={t.pictures.progress}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
      >
        <i style={{ width: `${share * 100}%` }} />
      </div>
      <p class="between">
        <span>{describe(current, { finished, of: run.length })}</span>
        <span class="secondary-text">{left === null ? "" : t.pictures.left(inWords(left))}</span>
      </p>
      {memoryWords(current.memory) && <p class="hint">{memoryWords(current.memory)}</p>}
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
  const { kind } = taskOf(recipe);
  const which =
    kind !== "generate"
      ? kind === "matte"
        ? t.pictures.theCutOut
        : t.pictures.larger
      : job.of > 1
        ? t.pictures.which(Math.min(run.finished + 1, run.of), run.of)
        : t.pictures.yours;
  if (phase === "sending") return t.pictures.sending;
  if (phase === "queued") return ahead > 0 ? t.pictures.waitingFor(ahead) : t.pictures.next;
  if (stage === "loading") return `${which} · ${t.pictures.loading}`;
  if (stage === "encoding") return `${which} · ${t.pictures.encoding}`;
  if (stage === "decoding") return `${which} · ${t.pictures.finishing}`;
  const inParts = kind === "matte" || (kind === "enlarge" && recipe.enlarged?.detail === undefined);
  return `${which} · ${inParts ? t.pictures.part(step, of) : t.pictures.step(step, of)}`;
}
