import { useCallback, useEffect } from "preact/hooks";
import type { ModelInfo } from "../../shared/protocol.ts";
import { MODES, type Mode } from "../bridge.ts";
import type { Actions } from "./actions/actions.ts";
import { mostControls } from "./models/control-models.ts";
import { ArtboardsPanel } from "./panels/artboards.tsx";
import { ArtboardsBar } from "./panels/artboards-bar.tsx";
import { CharactersPanel } from "./panels/characters.tsx";
import { CharactersBar } from "./panels/characters-bar.tsx";
import { ConnectionPanel } from "./panels/connection-help.tsx";
import { ControlPanel } from "./panels/control.tsx";
import { EditStrength } from "./panels/edit-strength.tsx";
import { FillPreview } from "./panels/fill-preview.tsx";
import { GenerateBar } from "./panels/generate-bar.tsx";
import { Header } from "./panels/header.tsx";
import { canKeep, LiveBar } from "./panels/live-bar.tsx";
import { LiveSwitch } from "./panels/live-switch.tsx";
import { LiveView } from "./panels/live-view.tsx";
import { ModelsPanel } from "./panels/models.tsx";
import { MoveChoice } from "./panels/move-choice.tsx";
import { NoticeBar } from "./panels/notice.tsx";
import { PalettePanel } from "./panels/palette.tsx";
import { PicturesPanel } from "./panels/pictures.tsx";
import { PicturesBar } from "./panels/pictures-bar.tsx";
import { PromptPanel } from "./panels/prompt.tsx";
import { ReferencesPanel } from "./panels/references.tsx";
import { SelectionCard } from "./panels/selection-card.tsx";
import { SelfTestPanel } from "./panels/self-test.tsx";
import { SettingsPanel } from "./panels/settings.tsx";
import { SplitChoice } from "./panels/split-choice.tsx";
import { StylesPanel } from "./panels/styles.tsx";
import { TextsOver } from "./panels/texts-over.tsx";
import { keepFocus, leaveField } from "./parts/focus.ts";
import { ResizeHandle } from "./parts/resize-handle.tsx";
import { type Segment, Segmented } from "./parts/segmented.tsx";
import { useEscape } from "./parts/use-escape.ts";
import { useFileDrop } from "./parts/use-file-drop.ts";
import { paintingModel } from "./state/fill-tool.ts";
import { liveHere } from "./state/live-here.ts";
import { modelInUse } from "./state/model-in-use.ts";
import { whatIsMissing } from "./state/readiness.ts";
import { splitOf } from "./state/splitting.ts";
import type { State } from "./state/state.ts";
import { type Store, useStore } from "./state/store.ts";
import { languageFor, speak, spoken, t } from "./text/language.ts";
import type { Connection } from "./wires/connection.ts";

/** The one window. */
export function App({ actions, store }: { actions: Actions; store: Store }) {
  const state = useStore(store);
  speak(state.settings.language ?? languageFor(navigator.languages));
  useEffect(() => {
    document.documentElement.lang = spoken;
  });
  useEscape(useCallback(() => leave(store.state, actions), [actions]));
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      runPrimary(store.state, actions);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [actions]);
  useEffect(() => keepFocus(mainOf()));
  const dropping = useFileDrop(
    useCallback((files, as) => store.state.companion !== null && actions.takeFiles(files, as), [actions]),
  );
  if (!state.loaded) return null;
  return (
    <div class="app">
      {dropping !== null && state.companion !== null && (
        <p class="drop-here" role="status">
          {dropping === "reference" ? t.window.dropReferences : t.window.dropPicture}
        </p>
      )}
      <Content state={state} actions={actions} />
      <ResizeHandle size={state.settings.window} onResize={actions.resize} />
    </div>
  );
}

function Content({ state, actions }: { state: State; actions: Actions }) {
  if (state.view === "self-test")
    return (
      <main>
        <SelfTestPanel state={state} actions={actions} />
      </main>
    );
  if (state.companion === null || needsHelp(state.connection))
    return (
      <main>
        <ConnectionPanel connection={state.connection} actions={actions} />
      </main>
    );
  return (
    <>
      <Header state={state} actions={actions} />
      <main key={state.view} tabIndex={-1}>
        {state.view === "create" && <Create state={state} actions={actions} />}
        {state.view === "artboards" && <ArtboardsPanel state={state} actions={actions} />}
        {state.view === "characters" && <CharactersPanel state={state} actions={actions} />}
        {state.view === "pictures" && <PicturesPanel state={state} actions={actions} />}
        {state.view === "models" && <ModelsPanel state={state} actions={actions} />}
      </main>
      <NoticeBar state={state} actions={actions} />
      {state.view === "create" && liveHere(state) === null && <GenerateBar state={state} actions={actions} />}
      <LiveBar state={state} actions={actions} />
      {state.view === "artboards" && <ArtboardsBar state={state} actions={actions} />}
      {state.view === "characters" && <CharactersBar state={state} actions={actions} />}
      {state.view === "pictures" && <PicturesBar state={state} actions={actions} />}
    </>
  );
}

/** A companion that merely went away may come back: the panel stays. Everything else needs the designer first. */
function needsHelp({ kind }: Connection): boolean {
  return kind !== "ready" && kind !== "connecting" && kind !== "off" && kind !== "blocked-by-browser";
}

function Create({ state, actions }: { state: State; actions: Actions }) {
  const { mode } = state;
  const chosen = modelInUse(state);
  const splits = splitOf(state) !== undefined && liveHere(state) === null;
  const model = splits ? paintingModel(state) : chosen;
  return (
    <>
      <section>
        <SelectionCard state={state} actions={actions} />
        <Segmented label={t.run.whatToDo} segments={modesOf(chosen)} value={mode} onChange={actions.chooseMode} />
        {mode === "edit" && !splits && <LiveSwitch state={state} actions={actions} />}
      </section>
      <LiveView state={state} />
      {mode === "edit" && liveHere(state) === null && <SplitChoice state={state} actions={actions} />}
      {mode === "fill" && <FillPreview state={state} actions={actions} model={paintingModel(state)} />}
      <PromptPanel state={state} actions={actions} model={model} />
      {mode === "edit" && !splits && <EditStrength settings={state.settings} actions={actions} model={model} />}
      {model && !splits && <MoveChoice state={state} actions={actions} model={model} />}
      {!splits && <TextsOver state={state} actions={actions} />}
      {model?.references && <ReferencesPanel state={state} actions={actions} model={model} />}
      {model && mode !== "fill" && !splits && <PalettePanel state={state} actions={actions} />}
      {model && <StylesPanel state={state} actions={actions} model={model} />}
      {model && mostControls(model) > 0 && <ControlPanel state={state} actions={actions} model={model} />}
      {model && model.id === chosen?.id && <SettingsPanel state={state} actions={actions} model={model} />}
    </>
  );
}

/** Models that edit by instruction, or take pictures apart, can do nothing else. */
function modesOf(model: ModelInfo | null): readonly Segment<Mode>[] {
  const modes = MODES.map((value) => ({ value, ...t.run.modes[value] }));
  if (!model?.edits && !model?.splits) return modes;
  const title = model.splits ? t.split.onlySplits(model.name) : t.run.onlyEdits(model.name);
  return modes.map((mode) => (mode.value === "edit" ? mode : { ...mode, title, disabled: true }));
}

const mainOf = () => document.querySelector("main");

/** Escape: out of the field, then out of the view, then out of the plugin. */
function leave({ view, companion }: State, actions: Actions): void {
  if (leaveField(mainOf())) return;
  if (companion !== null && view !== "create" && view !== "self-test") actions.show("create");
  else actions.close();
}

/** Command-Enter: what the blue button does. */
function runPrimary(state: State, actions: Actions): void {
  if (state.companion === null || state.connection.kind !== "ready") return;
  const chosen = state.pictures.find(({ job }) => job.job === state.chosen);
  const live = liveHere(state);
  if (live !== null) canKeep(live) && actions.keepLive();
  else if (state.view === "create" && whatIsMissing(state) === null) actions.generate();
  else if (state.view === "pictures" && chosen?.phase === "done") actions.place(chosen);
}
