import type { DeviceInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { ChevronDown, ChevronLeft } from "../parts/icons.tsx";
import { modelInUse } from "../state/model-in-use.ts";
import { isActive, isShown } from "../state/picture.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { said } from "../text/said.ts";

/** Where we are, and which model is at work. */
export function Header({ state, actions }: { state: State; actions: Actions }) {
  const model = modelInUse(state);
  const back = state.view !== "create";
  return (
    <header class="header">
      {back ? (
        <button
          type="button"
          class="quiet"
          onClick={() => (state.close ? actions.lookClosely(false) : actions.show("create"))}
        >
          <ChevronLeft /> {t.common.back}
        </button>
      ) : (
        <Pictures state={state} actions={actions} />
      )}
      {state.view !== "models" && (
        <button
          type="button"
          class="quiet model"
          title={t.window.modelsAndDevice}
          onClick={() => actions.show("models")}
        >
          <span class={`dot ${dotOf(state)}`} />
          <span class="ellipsis">
            {model?.name ?? (state.companion?.models.length ? t.window.chooseModel : t.window.noModel)}
          </span>
          <ChevronDown />
        </button>
      )}
    </header>
  );
}

/** The way back to pictures that are being made or wait to be placed. */
function Pictures({ state, actions }: { state: State; actions: Actions }) {
  const active = state.pictures.filter(isActive).length;
  const shown = state.pictures.filter(isShown).length;
  if (active + shown === 0) return <span class="quiet still">{deviceName(state.companion?.device ?? null)}</span>;
  return (
    <button type="button" class="quiet news" onClick={() => actions.show("pictures")}>
      {active > 0 ? t.window.painting(active) : t.window.pictures(shown)}
    </button>
  );
}

export const deviceName = (device: DeviceInfo | null) =>
  device === null ? t.window.startingEngine : said(device.name);

function dotOf({ connection, companion, pictures }: State): string {
  if (connection.kind !== "ready" || companion?.engineProblem) return "bad";
  if (companion?.device == null) return "wait";
  return pictures.some(isActive) ? "busy" : "good";
}
