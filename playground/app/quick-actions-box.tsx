/** The box in which commands are typed, over the canvas. */
import { useEffect, useRef } from "preact/hooks";
import type { QuickActions } from "./quick-actions.ts";

export function QuickActionsBox({ quick }: { readonly quick: QuickActions }) {
  const input = useRef<HTMLInputElement>(null);
  const { asking, parameter, suggestions, highlighted, message, isWrong } = quick;
  useEffect(() => input.current?.focus(), [parameter]);
  const onKeyDown = (event: KeyboardEvent) => {
    const act = {
      Tab: () => quick.accept("Tab"),
      Enter: () => quick.accept("Enter"),
      Escape: () => quick.close(),
      ArrowDown: () => quick.move(1),
      ArrowUp: () => quick.move(-1),
    }[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  const lines =
    asking === undefined
      ? quick.commands.map(({ name = "", parameters }) => ({ name, hint: parameters && "Tab to say more" }))
      : suggestions.map(({ name }) => ({ name, hint: undefined }));
  return (
    <section class="quick-actions" role="dialog" aria-label="Quick actions">
      <div class="typed">
        {asking && <b>{asking.item.name}</b>}
        {asking?.given.map(({ key, name }) => (
          <span key={key}>{name}</span>
        ))}
        <input
          ref={input}
          aria-label={parameter?.name ?? "Quick actions"}
          placeholder={parameter === undefined ? "Search commands" : (parameter.description ?? parameter.name)}
          value={quick.typed}
          onInput={(event) => quick.type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      {message !== undefined && <p class={isWrong ? "wrong" : ""}>{message}</p>}
      {lines.length > 0 && (
        <div class="lines" role="listbox" aria-label="Suggestions">
          {lines.map(({ name, hint }, i) => (
            <div key={name} role="option" tabIndex={-1} aria-selected={i === highlighted}>
              {name}
              {hint && <small>{hint}</small>}
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
