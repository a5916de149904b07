import type { DeviceInfo } from "../../../shared/protocol.ts";
import type { Studio } from "../actions/studio.ts";
import { ChevronDown, ChevronLeft } from "../parts/icons.tsx";
import { modelInUse } from "../state/model-in-use.ts";
import { isActive } from "../state/picture.ts";
import type { State } from "../state/state.ts";

/** Where we are, and which model is at work. */
export function Header({ state, studio }: { state: State; studio: Studio }) {
  const model = modelInUse(state);
  const back = state.view !== "create";
  return (
    <header class="header">
      {back ? (
        <button type="button" class="quiet" onClick={() => studio.show("create")}>
          <ChevronLeft /> Back
        </button>
      ) : (
        <Pictures state={state} studio={studio} />
      )}
      {state.view !== "models" && (
        <button type="button" class="quiet model" title="Models and device" onClick={() => studio.show("models")}>
          <span class={`dot ${dotOf(state)}`} />
          <span class="ellipsis">
            {model?.name ?? (state.companion?.models.length ? "Choose a model" : "No model")}
          </span>
          <ChevronDown />
        </button>
      )}
    </header>
  );
}

/** The way back to pictures that are being made or wait to be placed. */
function Pictures({ state, studio }: { state: State; studio: Studio }) {
  const active = state.pictures.filter(isActive).length;
  if (state.pictures.length === 0)
    return <span class="quiet still">{deviceName(state.companion?.device ?? null)}</span>;
  return (
    <button type="button" class="quiet news" onClick={() => studio.show("pictures")}>
      {active > 0 ? `Painting ${active}…` : `Pictures (${state.pictures.length})`}
    </button>
  );
}

export const deviceName = (device: DeviceInfo | null) => device?.name ?? "Starting the engine…";

function dotOf({ connection, companion, pictures }: State): string {
  if (connection.kind !== "ready" || companion?.engineProblem) return "bad";
  if (companion?.device == null) return "wait";
  return pictures.some(isActive) ? "busy" : "good";
}
