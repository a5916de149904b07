import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../text/language.ts";
import { Cross, Search } from "./icons.tsx";
import { useEscape } from "./use-escape.ts";

export interface PickerItem {
  readonly id: string;
  readonly name: string;
  /** One line under the name. */
  readonly detail: string;
  /** Why it can't be picked. */
  readonly disabled: boolean;
  readonly picture: ComponentChildren;
  /** True where what was typed means it. */
  readonly isFoundBy: (typed: string) => boolean;
}

export interface PickerProps {
  readonly title: string;
  readonly items: readonly PickerItem[];
  readonly onPick: (id: string) => void;
  readonly onClose: () => void;
}

/** Each may fetch a picture, and nobody reads further. */
const MOST_SHOWN = 60;

/** A list over the panel that is searched by typing. Arrow keys move, Enter picks, Escape and a click elsewhere close it. */
export function Picker({ title, items, onPick, onClose }: PickerProps) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEscape(onClose);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    field.current?.focus();
    return () => before?.focus();
  }, []);
  const all = items.filter((item) => item.isFoundBy(typed));
  const found = all.slice(0, MOST_SHOWN);
  const free = found.filter(({ disabled }) => !disabled);
  const active = free[Math.min(at, free.length - 1)];
  useEffect(() => list.current?.querySelector(".active")?.scrollIntoView({ block: "nearest" }), [active?.id]);
  const pick = ({ id, disabled }: PickerItem) => {
    if (disabled) return;
    onClose();
    onPick(id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && active) pick(active);
    else if (step !== undefined && free.length > 0)
      setAt((Math.min(at, free.length - 1) + step + free.length) % free.length);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <button type="button" class="backdrop" aria-label={t.common.closeList} tabIndex={-1} onClick={onClose} />
      <div class="picker" role="dialog" aria-label={title}>
        <div class="picker-search">
          <Search />
          <input
            ref={field}
            type="text"
            role="combobox"
            aria-label={title}
            aria-expanded="true"
            aria-controls="picker-list"
            aria-activedescendant={active && `pick-${active.id}`}
            placeholder={title}
            spellcheck={false}
            value={typed}
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
          <button type="button" class="tool" aria-label={t.common.close} onClick={onClose}>
            <Cross />
          </button>
        </div>
        <div class="picker-list" id="picker-list" role="listbox" aria-label={title} ref={list}>
          {found.map((item) => (
            <button
              key={item.id}
              id={`pick-${item.id}`}
              type="button"
              role="option"
              tabIndex={-1}
              aria-selected={item === active}
              aria-disabled={item.disabled}
              class={`picker-item ${item === active ? "active" : ""} ${item.disabled ? "disabled" : ""}`}
              onPointerMove={() => item.disabled || setAt(free.indexOf(item))}
              onClick={() => pick(item)}
            >
              {item.picture}
              <span>
                <b class="ellipsis">{item.name}</b>
                <small class="ellipsis">{item.detail}</small>
              </span>
            </button>
          ))}
          {all.length > found.length && <p class="hint">{t.common.moreToFind(all.length - found.length)}</p>}
          {found.length === 0 && <p class="hint">{t.common.nothingCalled(typed.trim())}</p>}
        </div>
      </div>
    </>
  );
}
