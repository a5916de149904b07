import { t } from "../text/language.ts";
import { Minus, Plus } from "./icons.tsx";

/** A small number with a button on each side. */
export function Stepper({
  label,
  value,
  range: [min, max],
  onChange,
}: {
  label: string;
  value: number;
  range: readonly [number, number];
  onChange: (value: number) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend.
    <div class="stepper" role="group" aria-label={label} title={label}>
      <button type="button" aria-label={t.common.fewer} disabled={value <= min} onClick={() => onChange(value - 1)}>
        <Minus />
      </button>
      <output aria-live="polite">{value}</output>
      <button type="button" aria-label={t.common.more} disabled={value >= max} onClick={() => onChange(value + 1)}>
        <Plus />
      </button>
    </div>
  );
}
