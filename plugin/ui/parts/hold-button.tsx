import { useEffect, useRef } from "preact/hooks";

interface HoldButtonProps {
  readonly label: string;
  readonly title: string;
  /** A letter that does the same while no field is typed into. */
  readonly hotkey: string;
  readonly onHold: (held: boolean) => void;
}

/** Does something for as long as it, Space on it, or its letter is held. */
export function HoldButton({ label, title, hotkey, onHold }: HoldButtonProps) {
  const held = useRef(false);
  const hear = useRef(onHold);
  hear.current = onHold;
  const set = (is: boolean) => {
    if (held.current === is) return;
    held.current = is;
    hear.current(is);
  };
  useEffect(() => {
    const isTyping = () => document.activeElement?.matches("input, textarea, select") ?? false;
    const down = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent) => {
      if (key.toLowerCase() === hotkey && !ctrlKey && !metaKey && !altKey && !isTyping()) set(true);
    };
    const up = ({ key }: KeyboardEvent) => key.toLowerCase() === hotkey && set(false);
    const leave = () => set(false);
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    addEventListener("blur", leave);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
      removeEventListener("blur", leave);
      leave();
    };
  }, []);
  return (
    <button
      type="button"
      class="secondary hold"
      title={title}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        set(true);
      }}
      onPointerUp={() => set(false)}
      onPointerCancel={() => set(false)}
      onKeyDown={({ key }) => (key === " " || key === "Enter") && set(true)}
      onKeyUp={({ key }) => (key === " " || key === "Enter") && set(false)}
      onBlur={() => set(false)}
    >
      {label} <kbd>{hotkey.toUpperCase()}</kbd>
    </button>
  );
}
