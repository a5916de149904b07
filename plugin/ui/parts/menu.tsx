import { useEffect, useRef } from "preact/hooks";
import { t } from "../text/language.ts";
import { useEscape } from "./use-escape.ts";

export interface MenuItem {
  readonly label: string;
  readonly onChoose: () => void;
}

/** A list of actions above the button that opened it. Arrow keys move, Escape and a click elsewhere close it. */
export function Menu({ items, onClose }: { items: readonly MenuItem[]; onClose: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  useEscape(onClose);
  useEffect(() => list.current?.querySelector("button")?.focus(), []);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    if (step === undefined || buttons.length === 0) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  };
  return (
    <>
      <button type="button" class="backdrop" aria-label={t.common.closeMenu} tabIndex={-1} onClick={onClose} />
      <div class="menu" role="menu" tabIndex={-1} ref={list} onKeyDown={move}>
        {items.map(({ label, onChoose }) => (
          <button
            key={label}
            type="button"
            role="menuitem"
            onClick={() => {
              onClose();
              onChoose();
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </>
  );
}
