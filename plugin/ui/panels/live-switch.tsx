import type { Actions } from "../actions/actions.ts";
import { Switch } from "../parts/switch.tsx";
import { liveHere } from "../state/live-here.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

/** Live of the selected layer, where it shows something. */
export function LiveSwitch({ state, actions }: { state: State; actions: Actions }) {
  const { selection } = state;
  const live = liveHere(state);
  const target = selection.kind === "target" && selection.target.hasPicture ? selection.target : null;
  if (live === null && target === null) return null;
  return (
    <Switch
      label={t.live.label}
      hint={live === null ? t.live.hint : t.live.hintOn(live.target.name)}
      on={live !== null}
      onChange={(on) => actions.goLive(on ? target : null)}
    />
  );
}
