/** Listeners of figma, figma.ui and pages, by target and type. */
type Listener = (...args: unknown[]) => unknown;

export interface Events {
  on(target: string, type: string, listener: Listener): void;
  once(target: string, type: string, listener: Listener): void;
  off(target: string, type: string, listener: Listener): void;
  emit(target: string, type: string, args: readonly unknown[]): void;
}

export function createEvents(): Events {
  const listeners = new Map<string, { readonly listener: Listener; readonly once: boolean }[]>();
  const listOf = (target: string, type: string) => listeners.get(`${target}/${type}`) ?? [];
  const add = (target: string, type: string, listener: Listener, once: boolean) => {
    if (typeof listener !== "function") throw new Error(`in on: the callback for "${type}" must be a function`);
    listeners.set(`${target}/${type}`, [...listOf(target, type), { listener, once }]);
  };
  const drop = (target: string, type: string, listener: Listener) =>
    listeners.set(
      `${target}/${type}`,
      listOf(target, type).filter((entry) => entry.listener !== listener),
    );
  return {
    on: (target, type, listener) => add(target, type, listener, false),
    once: (target, type, listener) => add(target, type, listener, true),
    off: drop,
    emit(target, type, args) {
      for (const { listener, once } of listOf(target, type)) {
        if (once) drop(target, type, listener);
        listener(...args);
      }
    },
  };
}
