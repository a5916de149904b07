/** Milliseconds after which it is done in any case. */
const LATEST = 1000;
/** The same, where the browser does not tell (Safari). */
const SOON = 100;

/** Does what nobody waits for yet when the window has nothing else to do. */
export function whenIdle(act: () => void): void {
  if (typeof requestIdleCallback === "function") requestIdleCallback(act, { timeout: LATEST });
  else setTimeout(act, SOON);
}
