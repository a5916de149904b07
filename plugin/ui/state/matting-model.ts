import type { State } from "./state.ts";

/** The model that cuts subjects out; of several the first by name. */
export const mattingModel = ({ companion }: Pick<State, "companion">) =>
  (companion?.addOns ?? [])
    .filter(({ kind }) => kind === "matting")
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))[0];
