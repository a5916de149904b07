import { useState } from "preact/hooks";

export interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

/** A number to type. While it is being typed it may be anything; left with Enter or Tab it becomes a valid one. */
export function NumberField({ label, value, min, max, step, onChange }: NumberFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const commit = () => {
    const typed = draft === null || draft.trim() === "" ? Number.NaN : Number(draft.replace(",", "."));
    setDraft(null);
    if (Number.isFinite(typed)) onChange(Math.min(max, Math.max(min, Math.round(typed / step) * step)));
  };
  const nudge = (direction: number) => onChange(Math.min(max, Math.max(min, value + direction * step)));
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <input
        type="text"
        inputMode="decimal"
        spellcheck={false}
        value={draft ?? String(Number(value.toFixed(4)))}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
          event.preventDefault();
          setDraft(null);
          nudge(event.key === "ArrowUp" ? 1 : -1);
        }}
      />
    </label>
  );
}
