import { ChevronDown } from "./icons.tsx";

export interface Option {
  readonly value: string;
  readonly label: string;
}

export interface OptionGroup {
  readonly group: string;
  readonly options: readonly Option[];
}

export interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (Option | OptionGroup)[];
  readonly onChange: (value: string) => void;
}

/** One of many, from a list that opens. */
export function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <select aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) =>
          "group" in option ? (
            <optgroup key={option.group} label={option.group}>
              {option.options.map(toOption)}
            </optgroup>
          ) : (
            toOption(option)
          ),
        )}
      </select>
      <ChevronDown />
    </label>
  );
}

const toOption = ({ value, label }: Option) => (
  <option key={value} value={value}>
    {label}
  </option>
);
