import type { DeviceInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { ChevronDown, ChevronLeft } from "../parts/icons.tsx";
import { modelInUse } from "../state/model-in-use.ts";
import { isActive, isShown } from "../state/picture.ts";
import type { State, View } from "../state/state.ts";
import { t } from "../text/language.ts";
import { said } from "../text/said.ts";

/** Where we are, and which model is at work. */
export function Header({ state, actions }: { state: State; actions: Actions }) {
  const model = modelInUse(state);
  return (
    <header class="header">
      <h1 class="off-screen">{t.window.titles[state.view]}</h1>
      {state.view === "models" || state.view === "artboards" || state.close ? (
        <button
          type="button"
          class="quiet"
          onClick={() => (state.close ? actions.lookClosely(false) : actions.show("create"))}
        >
          <ChevronLeft /> {t.common.back}
        </button>
      ) : (
        <Views state={state} actions={actions} />
      )}
      {state.view !== "models" && (
        <button
          type="button"
          class="quiet model"
          title={`${t.window.modelsAndDevice} · ${deviceName(state.companion?.device ?? null)}`}
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

/** Pictures that are being made or wait to be placed are told beside their view's name. */
function Views({ state, actions }: { state: State; actions: Actions }) {
  const active = state.pictures.filter(isActive).length;
  const shown = state.pictures.filter(isShown).length;
  const views: readonly { readonly view: View; readonly label: string; readonly title?: string }[] = [
    { view: "create", label: t.window.create },
    { view: "characters", label: t.window.characters },
    { view: "pictures", label: t.window.history, ...(active > 0 && { title: t.window.painting(active) }) },
  ];
  return (
    <nav class="views" aria-label={t.window.views}>
      {views.map(({ view, label, title }) => (
        <button
          key={view}
          type="button"
          class={`quiet view ${state.view === view ? "on" : ""}`}
          aria-current={state.view === view ? "page" : undefined}
          disabled={view === "pictures" && active + shown === 0}
          title={title}
          onClick={() => actions.show(view)}
        >
          {label}
          {view === "pictures" && active > 0 && (
            <span class="count" aria-hidden="true">
              {active}
            </span>
          )}
        </button>
      ))}
    </nav>
  );
}

export const deviceName = (device: DeviceInfo | null) =>
  device === null ? t.window.startingEngine : said(device.name);

function dotOf({ connection, companion, pictures }: State): string {
  if (connection.kind !== "ready" || companion?.engineProblem) return "bad";
  if (companion?.device == null) return "wait";
  return pictures.some(isActive) ? "busy" : "good";
}
