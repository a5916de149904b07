import { fitBox } from "../parts/fit-box.ts";
import type { Live, LivePicture } from "../state/live.ts";
import { liveHere } from "../state/live-here.ts";
import type { State } from "../state/state.ts";
import { formatInWords } from "../text/format-in-words.ts";
import { t } from "../text/language.ts";
import { problemInWords } from "../text/said.ts";

/** Of the picture, pixels. */
const TALLEST = 184;

/** What the frame looks like when it is painted, and how long that took. */
export function LiveView({ state }: { state: State }) {
  const live = liveHere(state);
  if (live === null) return null;
  const { target, picture, painting, problem } = live;
  const timesFaster = state.companion?.device?.timesFaster;
  const size = picture?.made.job.ticket ?? target;
  return (
    <section aria-label={t.live.title(target.name)}>
      <div class={`live-picture ${painting ? "painting" : ""}`} style={fitBox(size, TALLEST)}>
        {picture && <img src={picture.image.url} alt={t.live.picture(target.name)} />}
      </div>
      <p class="between">
        <span>{howItGoes(live, state)}</span>
        {picture && (
          <span class="secondary-text" title={formatInWords(picture.made.recipe.request.quantize, timesFaster)}>
            {madeWith(picture)}
          </span>
        )}
      </p>
      {problem && (
        <p class="hint warning-text" role="alert">
          {problemInWords(problem).text}
        </p>
      )}
    </section>
  );
}

/** Fewer bits are no matter of speed. */
const HOW = { exact: "exact", int8: "fast", 8: "narrow", 4: "narrow" } as const;

/** Steps as they are drawn: Edit leaves out those that would change more than its strength says. */
function madeWith({ made }: LivePicture): string {
  const { seed, steps, strength, quantize } = made.recipe.request;
  return t.live.madeWith(seed, Math.max(1, Math.floor(steps * strength)), HOW[quantize ?? "exact"]);
}

function howItGoes({ picture, ahead, painting, problem }: Live, { connection }: State): string {
  if (connection.kind !== "ready") return t.live.away;
  if (painting && ahead > 0) return t.live.waits(ahead);
  if (picture !== null) return t.live.repaintedIn(t.common.figure(picture.latency, 1));
  return problem === null ? t.live.first : "";
}
