export interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** What stands left and right of the track; left defaults to the label. */
  readonly ends: readonly [string, string];
  /** Where the coloured part of the track begins. Default `min`. */
  readonly origin?: number;
  readonly onChange: (value: number) => void;
}

/** A value on a line, with words at both ends. */
export function Slider({ label, value, min, max, step, ends, origin = min, onChange }: SliderProps) {
  const share = (at: number) => `${((Math.min(max, Math.max(min, at)) - min) / (max - min)) * 100}%`;
  return (
    <label class="slider" title={label}>
      {ends[0] && <span class="slider-end">{ends[0]}</span>}
      <input
        type="range"
        aria-label={label}
        aria-valuetext={/\d/.test(ends[1]) ? ends[1] : undefined}
        style={{ "--from": share(Math.min(origin, value)), "--to": share(Math.max(origin, value)) }}
        {...{ min, max, step, value }}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <span class="slider-end right">{ends[1]}</span>
    </label>
  );
}
