import type { Actions } from "../actions/actions.ts";
import { Segmented } from "../parts/segmented.tsx";
import { layeringOf, layeringsOf, withLayering } from "../request/layering.ts";
import type { Picture } from "../state/picture.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

/** How the picture is put on its target, where there is a choice. */
export function LayeringControl({ picture, state, actions }: { picture: Picture; state: State; actions: Actions }) {
  const { mode, ticket } = picture.job;
  const { layerings } = state.settings;
  const takes = layeringsOf(ticket);
  if (takes.length < 2) return null;
  const words = ticket.expand ? t.pictures.expandedLayerings : t.pictures.layerings;
  return (
    <Segmented
      label={t.pictures.where}
      segments={takes.map((value) => ({ value, ...words[value] }))}
      value={layeringOf(mode, ticket, state.settings)}
      onChange={(choice) => actions.set(withLayering(mode, ticket, { layerings, choice }))}
    />
  );
}
