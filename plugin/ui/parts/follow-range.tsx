import type { FollowedLayer } from "../state/followed.ts";
import { t } from "../text/language.ts";
import { Slider } from "./slider.tsx";

const SMALLEST_SPAN = 0.05;

type Range = Pick<FollowedLayer, "weight" | "start" | "end">;

/** How strongly a layer is followed, and in which part of the steps. */
export function FollowRange({
  name,
  value: { weight, start, end },
  weightAlone = false,
  onChange,
}: {
  name: string;
  value: Range;
  /** It counts at every step. */
  weightAlone?: boolean;
  onChange: (change: Partial<Range>) => void;
}) {
  return (
    <>
      <Slider
        label={t.followed.weightOf(name)}
        ends={[t.followed.weight, t.common.percent(weight)]}
        {...{ min: 0, max: 2, step: 0.05, value: weight }}
        onChange={(next) => onChange({ weight: next })}
      />
      {!weightAlone && (
        <>
          <Slider
            label={t.followed.startOf(name)}
            ends={[t.followed.startsAt, t.common.percent(start)]}
            {...{ min: 0, max: 1, step: 0.05, value: start }}
            onChange={(next) => onChange({ start: Math.min(next, end - SMALLEST_SPAN) })}
          />
          <Slider
            label={t.followed.endOf(name)}
            ends={[t.followed.endsAt, t.common.percent(end)]}
            {...{ min: 0, max: 1, step: 0.05, value: end }}
            onChange={(next) => onChange({ end: Math.max(next, start + SMALLEST_SPAN) })}
          />
        </>
      )}
    </>
  );
}
