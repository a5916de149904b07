import { useCallback, useEffect } from "preact/hooks";
import type { ModelInfo } from "../../shared/protocol.ts";
import type { Mode } from "../bridge.ts";
import type { Studio } from "./actions/studio.ts";
import { ConnectionPanel } from "./panels/connection-help.tsx";
import { ControlPanel } from "./panels/control.tsx";
import { EditStrength } from "./panels/edit-strength.tsx";
import { FillPreview } from "./panels/fill-preview.tsx";
import { GenerateBar } from "./panels/generate-bar.tsx";
import { Header } from "./panels/header.tsx";
import { ModelsPanel } from "./panels/models.tsx";
import { NoticeBar } from "./panels/notice.tsx";
import { PicturesBar, PicturesPanel } from "./panels/pictures.tsx";
import { PromptPanel } from "./panels/prompt.tsx";
import { ReferencesPanel } from "./panels/references.tsx";
import { SelectionCard } from "./panels/selection-card.tsx";
import { SelfTestPanel } from "./panels/self-test.tsx";
import { SettingsPanel } from "./panels/settings.tsx";
import { StylesPanel } from "./panels/styles.tsx";
import { ResizeHandle } from "./parts/resize-handle.tsx";
import { type Segment, Segmented } from "./parts/segmented.tsx";
import { useEscape } from "./parts/use-escape.ts";
import { modelInUse } from "./state/model-in-use.ts";
import { whatIsMissing } from "./state/readiness.ts";
import type { State } from "./state/state.ts";
import { useStore } from "./state/store.ts";
import type { Connection } from "./wires/connection.ts";

const MODES: readonly Segment<Mode>[] = [
  { value: "generate", label: "Generate", title: "A new picture for the selected layer" },
  { value: "fill", label: "Fill", title: "Repaint the part of a picture that lies under a shape" },
  { value: "edit", label: "Edit", title: "Change the whole picture, more or less strongly" },
];

/** The one window. */
export function App({ studio }: { studio: Studio }) {
  const state = useStore(studio.store);
  useEscape(useCallback(() => leave(studio), [studio]));
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      runPrimary(studio);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [studio]);
  if (!state.loaded) return null;
  return (
    <div class="app">
      <Content state={state} studio={studio} />
      <ResizeHandle onResize={studio.resize} />
    </div>
  );
}

function Content({ state, studio }: { state: State; studio: Studio }) {
  if (state.view === "self-test")
    return (
      <main>
        <SelfTestPanel state={state} studio={studio} />
      </main>
    );
  if (state.companion === null || needsHelp(state.connection))
    return (
      <main>
        <ConnectionPanel connection={state.connection} studio={studio} />
      </main>
    );
  return (
    <>
      <Header state={state} studio={studio} />
      <main key={state.view}>
        {state.view === "create" && <Create state={state} studio={studio} />}
        {state.view === "pictures" && <PicturesPanel state={state} studio={studio} />}
        {state.view === "models" && <ModelsPanel state={state} studio={studio} />}
      </main>
      <NoticeBar state={state} studio={studio} />
      {state.view === "create" && <GenerateBar state={state} studio={studio} />}
      {state.view === "pictures" && <PicturesBar state={state} studio={studio} />}
    </>
  );
}

/** A companion that merely went away may come back: the panel stays. Everything else needs the designer first. */
function needsHelp({ kind }: Connection): boolean {
  return kind !== "ready" && kind !== "connecting" && kind !== "off" && kind !== "blocked-by-browser";
}

function Create({ state, studio }: { state: State; studio: Studio }) {
  const { mode } = state;
  const model = modelInUse(state);
  return (
    <>
      <section>
        <SelectionCard state={state} studio={studio} />
        <Segmented label="What to do" segments={modesOf(model)} value={mode} onChange={studio.choseMode} />
      </section>
      {mode === "fill" && <FillPreview state={state} studio={studio} model={model} />}
      <PromptPanel state={state} studio={studio} model={model} />
      {mode === "edit" && <EditStrength settings={state.settings} studio={studio} model={model} />}
      {model?.references && <ReferencesPanel state={state} studio={studio} model={model} />}
      {model && <StylesPanel state={state} studio={studio} model={model} />}
      {model && <ControlPanel state={state} studio={studio} model={model} />}
      {model && <SettingsPanel state={state} studio={studio} model={model} />}
    </>
  );
}

/** A model that edits by instruction can do nothing else. */
function modesOf(model: ModelInfo | null): readonly Segment<Mode>[] {
  if (!model?.edits) return MODES;
  return MODES.map((mode) =>
    mode.value === "edit" ? mode : { ...mode, title: `“${model.name}” only edits pictures`, disabled: true },
  );
}

/** Escape: out of the view, then out of the plugin. */
function leave(studio: Studio): void {
  const { view, companion } = studio.store.state;
  if (companion !== null && (view === "pictures" || view === "models")) studio.show("create");
  else studio.close();
}

/** Command-Enter: what the blue button does. */
function runPrimary(studio: Studio): void {
  const { state } = studio.store;
  if (state.companion === null || state.connection.kind !== "ready") return;
  const chosen = state.pictures.find(({ job }) => job.job === state.chosen);
  if (state.view === "create" && whatIsMissing(state) === null) studio.generate();
  else if (state.view === "pictures" && chosen?.phase === "done") studio.place(chosen);
}
