/** On or off, with effect at once. */
export function Switch(props: {
  label: string;
  hint: string;
  on: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
}) {
  const { label, hint, on, disabled = false, onChange } = props;
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      aria-checked={on}
      disabled={disabled}
      onClick={() => onChange(!on)}
    >
      <span>
        <b>{label}</b>
        <small>{hint}</small>
      </span>
      <i aria-hidden="true" />
    </button>
  );
}
