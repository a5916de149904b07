import { useEffect, useRef, useState } from "preact/hooks";
import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { controlModels, roomForControls, selectedLayers } from "../actions/follow-layers.ts";
import { isTrainedFor, KEEP_NAMES, type KeepName, modelFor } from "../models/control-keeps.ts";
import { FollowRange } from "../parts/follow-range.tsx";
import { Minus } from "../parts/icons.tsx";
import { SectionHead } from "../parts/section-head.tsx";
import { Select } from "../parts/select.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import { drawsItself } from "../request/build-request.ts";
import type { ControlLayer } from "../state/followed.ts";
import { knowsGuessing } from "../state/in-use.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

/** Layers whose lines, shapes or colours the result keeps. Who has no control model at all does not see it. */
export function ControlPanel({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo }) {
  const [open, setOpen] = useState<string | null>(null);
  const { controls } = state;
  const installed = model.follows || (state.companion?.addOns.some(({ kind }) => kind === "control") ?? false);
  if (!installed && controls.length === 0) return null;
  const models = controlModels(state);
  const blocked =
    models.length === 0
      ? t.followed.nothingInstalled(model.family.name)
      : roomForControls(state) <= 0
        ? t.followed.noMore
        : selectedLayers(state.selection).length === 0
          ? t.followed.selectFirst
          : undefined;
  const add = async () => {
    const [added = null] = await actions.addControls();
    setOpen(added);
  };
  return (
    <section class="adding">
      <SectionHead
        title={t.followed.follow}
        term={model.follows ? "" : "ControlNet"}
        add={t.followed.followAdd}
        blocked={blocked}
        onAdd={() => void add()}
      />
      {models.length === 0 && (
        <p class="hint">
          {t.followed.noControl(model.family.name)}{" "}
          <button type="button" class="link" onClick={() => actions.show("models")}>
            {t.followed.putOne}
          </button>
        </p>
      )}
      {controls.map((control) => (
        <ControlCard
          key={control.layer.id}
          {...{ control, models, actions, wholly: model.follows === true }}
          open={open === control.layer.id}
          onToggle={() => setOpen(open === control.layer.id ? null : control.layer.id)}
          onChange={(change) =>
            actions.setControls(controls.map((other) => (other === control ? { ...control, ...change } : other)))
          }
          onRemove={() => actions.setControls(controls.filter((other) => other !== control))}
        />
      ))}
    </section>
  );
}

interface ControlCardProps {
  readonly control: ControlLayer;
  readonly models: readonly AddOnInfo[];
  /** It cannot be followed less, or for a while. */
  readonly wholly: boolean;
  readonly actions: Actions;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly onChange: (change: Partial<ControlLayer>) => void;
  readonly onRemove: () => void;
}

function ControlCard({ control, models, wholly, actions, open, onToggle, onChange, onRemove }: ControlCardProps) {
  const { layer, keeps, weight, model } = control;
  const usable = models.some(({ id }) => id === model);
  return (
    <div class="followed">
      <div class="followed-head">
        <button type="button" class="followed-name" aria-expanded={open} onClick={onToggle}>
          <Thumbnail thumbnails={drawsItself(control) ? actions.linework : actions.thumbnails} layer={layer} />
          <span>
            <b class="ellipsis">{layer.name}</b>
            <small class={`ellipsis ${usable ? "" : "warning-text"}`}>
              {usable
                ? [t.followed.keeps[keeps].label, ...(wholly ? [] : [t.common.percent(weight)])].join(" · ")
                : t.followed.controlMisfit}
            </small>
          </span>
        </button>
        <button
          type="button"
          class="tool"
          title={t.common.remove}
          aria-label={t.followed.stopFollowing(layer.name)}
          onClick={onRemove}
        >
          <Minus />
        </button>
      </div>
      {open && models.length > 0 && <ControlDetails {...{ control, models, wholly, onChange }} />}
    </div>
  );
}

/** What counts more, where picture and prompt disagree. */
const MODES = ["balanced", "guess"] as const satisfies readonly ControlLayer["mode"][];

function ControlDetails({
  control,
  models,
  wholly,
  onChange,
}: Pick<ControlCardProps, "control" | "models" | "wholly" | "onChange">) {
  const { layer, keeps, model } = control;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.scrollIntoView({ block: "nearest" }), []);
  const named = (list: readonly AddOnInfo[]) => list.map(({ id, name }) => ({ value: id, label: name }));
  const trained = models.filter((candidate) => isTrainedFor(candidate, keeps));
  const others = models.filter((candidate) => !trained.includes(candidate));
  const keep = (name: KeepName) => {
    const stays = models.some(({ id, name: called }) => id === model && isTrainedFor({ id, name: called }, name));
    onChange({ keeps: name, ...(!stays && { model: modelFor(name, models)!.id }) });
  };
  return (
    <div class="details" ref={box}>
      <Select
        label={t.followed.keep}
        value={keeps}
        options={KEEP_NAMES.map((name) => ({ value: name, label: t.followed.keeps[name].label }))}
        onChange={(name) => keep(name as KeepName)}
      />
      <small>{t.followed.keeps[keeps].hint}</small>
      <Select
        label={t.followed.with}
        value={model}
        options={[
          ...(models.some(({ id }) => id === model) ? [] : [{ value: model, label: t.common.notInstalled }]),
          ...(trained.length > 0 && others.length > 0
            ? [
                { group: t.followed.madeForThis, options: named(trained) },
                { group: t.followed.others, options: named(others) },
              ]
            : named(models)),
        ]}
        onChange={(id) => onChange({ model: id })}
      />
      {knowsGuessing(models, control) && (
        <Select
          label={t.followed.followMode}
          value={control.mode}
          options={MODES.map((value) => ({ value, label: t.followed[value] }))}
          onChange={(mode) => onChange({ mode: mode as ControlLayer["mode"] })}
        />
      )}
      {!wholly && <FollowRange name={layer.name} value={control} onChange={onChange} />}
    </div>
  );
}
