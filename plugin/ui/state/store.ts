import { useEffect, useState } from "preact/hooks";
import type { AppEvent } from "./events.ts";
import { reduce } from "./reduce.ts";
import { INITIAL_STATE, type State } from "./state.ts";

/** The one place that holds the state. */
export class Store {
  #state = INITIAL_STATE;
  readonly #listeners = new Set<(state: State, before: State) => void>();

  get state(): State {
    return this.#state;
  }

  dispatch(event: AppEvent): void {
    const before = this.#state;
    this.#state = reduce(before, event);
    if (this.#state !== before) for (const listener of this.#listeners) listener(this.#state, before);
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (state: State, before: State) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The state, with a new rendering at each change. */
export function useStore(store: Store): State {
  const [state, setState] = useState(store.state);
  useEffect(() => {
    setState(store.state); // It may have changed since it was rendered.
    return store.subscribe(setState);
  }, [store]);
  return state;
}
