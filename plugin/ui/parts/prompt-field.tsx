import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Character } from "../../bridge.ts";
import type { Thumbnails } from "../pixels/thumbnails.ts";
import { beginningWith, nameBeingTyped } from "../text/mentions.ts";
import { promptPieces } from "../text/prompt-marks.ts";
import { MENTION_LIST, MentionList, optionId } from "./mention-list.tsx";

interface PromptFieldProps {
  readonly value: string;
  readonly placeholder: string;
  readonly characters: readonly Character[];
  /** Whether words in braces stand for something of each layer. */
  readonly fields: boolean;
  readonly thumbnails: Thumbnails;
  readonly onType: (prompt: string) => void;
  /** Keys that mean something else in it. */
  readonly onKey: (event: KeyboardEvent) => void;
}

/** The prompt's field. After an @ it offers the file's characters: arrow keys choose, Enter and Tab take, Escape leaves it alone. */
export function PromptField({ value, placeholder, characters, fields, thumbnails, onType, onKey }: PromptFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const marks = useRef<HTMLDivElement>(null);
  // A scrollbar takes room from the words.
  const align = () => {
    if (!field.current || !marks.current) return;
    marks.current.style.width = `${field.current.clientWidth}px`;
    marks.current.style.transform = `translateY(${-field.current.scrollTop}px)`;
  };
  useLayoutEffect(align);
  const [caret, setCaret] = useState<number | null>(null);
  const [at, setAt] = useState(0);
  const typing = caret === null ? null : nameBeingTyped(value, caret);
  const found = typing === null ? [] : beginningWith(typing.typed, characters);
  const isWhole = found.length === 1 && found[0]!.name.toLowerCase() === typing?.typed.toLowerCase();
  const offered = isWhole ? [] : found;
  const active = offered[Math.min(at, offered.length - 1)];
  const look = () => setCaret(field.current?.selectionStart ?? null);
  const pick = ({ name }: Character) => {
    const area = field.current;
    if (area === null || typing === null || caret === null) return;
    area.setSelectionRange(typing.start, caret);
    // The browser's undo knows it.
    document.execCommand("insertText", false, `@${name} `);
    setCaret(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const plain = !event.metaKey && !event.ctrlKey && !event.altKey;
    if (active === undefined || !plain) return onKey(event);
    if (step !== undefined) setAt((Math.min(at, offered.length - 1) + step + offered.length) % offered.length);
    else if (event.key === "Enter" || event.key === "Tab") pick(active);
    else if (event.key === "Escape") setCaret(null);
    else return onKey(event);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="prompt-field">
      <div class="marks" aria-hidden="true">
        <div ref={marks}>
          {promptPieces(value, characters, { fields }).map(({ text, marked }, i) =>
            marked ? <mark key={i}>{text}</mark> : text,
          )}
        </div>
      </div>
      <textarea
        id="prompt"
        rows={3}
        ref={field}
        value={value}
        placeholder={placeholder}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={active === undefined ? undefined : MENTION_LIST}
        aria-activedescendant={active && optionId(active)}
        onInput={(event) => {
          onType(event.currentTarget.value);
          setAt(0);
          look();
        }}
        onScroll={align}
        onClick={() => setCaret(null)}
        onBlur={() => setCaret(null)}
        onKeyDown={onKeyDown}
      />
      {active !== undefined && (
        <MentionList characters={offered} active={active} thumbnails={thumbnails} onPick={pick} />
      )}
    </div>
  );
}
