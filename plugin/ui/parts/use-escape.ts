import { useEffect } from "preact/hooks";

const handlers: (() => void)[] = [];

/** Calls the handler when Escape is pressed, unless something opened later wants it first. */
export function useEscape(handler: () => void): void {
  useEffect(() => {
    handlers.push(handler);
    return () => {
      handlers.splice(handlers.indexOf(handler), 1);
    };
  }, [handler]);
}

/** Gives Escape to what was opened last. */
export function listenForEscape(host: Window): void {
  host.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    handlers.at(-1)?.();
  });
}
