const FIELDS = "textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=range])";

/** True where no control has the focus: the one that had it may be gone. */
export function isFocusFree(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement.tagName === "MAIN";
}

/** Gives the keyboard to the view where the control that had it went away, and to no window that has not got it. */
export function keepFocus(view: HTMLElement | null): void {
  if (document.hasFocus() && isFocusFree() && document.activeElement !== view) view?.focus({ preventScroll: true });
}

/** Takes the focus out of a field that is typed into. False where none has it. */
export function leaveField(view: HTMLElement | null): boolean {
  const { activeElement } = document;
  if (!(activeElement instanceof HTMLElement) || !activeElement.matches(FIELDS)) return false;
  activeElement.blur();
  view?.focus({ preventScroll: true });
  return true;
}
