import { FILL_KINDS, type FillKind } from "../../../shared/fill-kinds.ts";
import type { Actions } from "../actions/actions.ts";
import { Select } from "../parts/select.tsx";
import { likelyKind, withFillKind } from "../state/fill-kind.ts";
import { fillToolFor } from "../state/fill-tool.ts";
import { modelInUse } from "../state/model-in-use.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

/** What a Fill is for, and what of the library helps with it. */
export function FillKindControl({ state, actions }: { state: State; actions: Actions }) {
  const { settings, prompt } = state;
  const likely = t.fillKind.automatic(t.fillKind.kinds[likelyKind(prompt, settings)]);
  return (
    <div class="fill-kind">
      <Select
        label={t.fillKind.label}
        value={settings.fillKind ?? AUTOMATIC}
        options={[
          { value: AUTOMATIC, label: likely },
          ...FILL_KINDS.map((value) => ({ value, label: t.fillKind.kinds[value] })),
        ]}
        onChange={(value) => actions.set(withFillKind(value === AUTOMATIC ? undefined : (value as FillKind), settings))}
      />
      <FillToolLine state={state} actions={actions} />
    </div>
  );
}

const AUTOMATIC = "automatic";

/** What fills better than the chosen model by itself, where the library has it. */
export function FillToolLine({ state, actions }: { state: State; actions: Actions }) {
  const tool = fillToolFor(state);
  const model = modelInUse(state);
  if (tool === null || model === null) return null;
  const { fillAlone } = state.settings;
  const name = tool.kind === "control" ? tool.addOn.name : tool.model.name;
  return (
    <p class="hint fill-tool">
      <span>{fillAlone ? t.fillKind.alone(model.name) : t.fillKind.tools[tool.kind](name)}</span>{" "}
      <button type="button" class="link" onClick={() => actions.set({ fillAlone: !fillAlone })}>
        {fillAlone ? t.fillKind.useTool(name) : t.fillKind.useAlone(model.name)}
      </button>
    </p>
  );
}
