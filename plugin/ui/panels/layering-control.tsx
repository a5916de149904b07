import type { Layering } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { Segmented } from "../parts/segmented.tsx";
import { layeringOf, layeringsOf, withLayering } from "../request/layering.ts";
import type { Picture } from "../state/picture.ts";
import type { State } from "../state/state.ts";

const WORDS: { readonly [L in Layering]: { readonly label: string; readonly title: string } } = {
  front: { label: "In front", title: "A new layer over the target" },
  behind: { label: "Behind contents", title: "A new layer in the frame, behind its text and buttons" },
  fill: { label: "As its fill", title: "One more fill of the layer itself; it can be taken away again" },
};

/** How the picture is put on its target, where there is a choice. */
export function LayeringControl({ picture, state, actions }: { picture: Picture; state: State; actions: Actions }) {
  const { mode, ticket } = picture.job;
  const { layerings } = state.settings;
  const takes = layeringsOf(ticket);
  if (takes.length < 2) return null;
  return (
    <Segmented
      label="Where it goes"
      segments={takes.map((value) => ({ value, ...WORDS[value] }))}
      value={layeringOf(mode, ticket, state.settings)}
      onChange={(choice) => actions.set(withLayering(mode, ticket, { layerings, choice }))}
    />
  );
}
