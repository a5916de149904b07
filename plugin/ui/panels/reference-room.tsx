import type { ModelInfo } from "../../../shared/protocol.ts";
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import { referenceBudget } from "../request/reference-budget.ts";
import { inWords } from "../state/estimate.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

const SLOTS = Array.from({ length: REQUEST_LIMITS.references }, (_, i) => i);

/** How many more references fit, with what they take of memory and time: a bar, and the same in words. */
export function ReferenceRoom({ state, model }: { state: State; model: ModelInfo }) {
  const budget = referenceBudget(state, model);
  if (budget === null) return null;
  const { used, most, need, of, bits, secondsEach } = budget;
  const tooMany = used > most;
  const words = [
    tooMany ? t.followed.tooMany(used - most) : t.followed.roomFor(most - used),
    t.followed.takes(need / 2 ** 30, of / 2 ** 30, bits),
    ...(secondsEach === null ? [] : [t.followed.eachAdds(inWords(secondsEach))]),
  ].join(" · ");
  return (
    <div class="budget">
      <meter aria-label={t.followed.room} min={0} max={SLOTS.length} value={used} aria-valuetext={words} />
      <div class="slots" aria-hidden="true">
        {SLOTS.map((i) => (
          <i key={i} class={i < used ? (i < most ? "used" : "over") : i < most ? "free" : "none"} />
        ))}
      </div>
      <p class={`hint ${tooMany ? "warning-text" : ""}`}>{words}</p>
    </div>
  );
}
