export interface Segment<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly title: string;
  readonly disabled?: boolean;
}

/** One of a few, all visible. Arrow keys move, as in a group of radio buttons, which it is. */
export function Segmented<T extends string>(props: {
  label: string;
  /** Where several have the same label: another for each. */
  group?: string;
  segments: readonly Segment<T>[];
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <div class="segmented" role="radiogroup" aria-label={props.label}>
      {props.segments.map(({ value, label, title, disabled = false }) => (
        <label key={value} title={title} class={value === props.value ? "on" : disabled ? "off" : ""}>
          <input
            type="radio"
            name={props.group ?? props.label}
            disabled={disabled}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          {label}
        </label>
      ))}
    </div>
  );
}
