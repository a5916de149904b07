import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ModelInfo } from "../../../shared/protocol.ts";
import { type LayerInfo, ROLES } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { selectedShape } from "../actions/follow-layers.ts";
import { FollowRange } from "../parts/follow-range.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import { useEscape } from "../parts/use-escape.ts";
import { tellCharacters, usedReferences } from "../state/character-references.ts";
import { FOLLOWED_PARTS, type ReferenceLayer } from "../state/followed.ts";
import { hasKnownParts } from "../state/in-use.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { charactersIn } from "../text/mentions.ts";
import { ReferenceRoom } from "./reference-room.tsx";

/** Layers that the result should follow. */
export function ReferencesPanel({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo }) {
  const { references, selection, mode } = state;
  const [open, setOpen] = useState<string | null>(null);
  const change = (next: ReferenceLayer) =>
    actions.setReferences(references.map((reference) => (reference.layer.id === next.layer.id ? next : reference)));
  // A picture that is changed is the first one that such a model sees.
  const first = mode === "generate" ? 1 : 2;
  const opened = references.find(({ layer }) => layer.id === open);
  const canAdd = selection.kind === "target" || selection.kind === "several";
  return (
    <section data-drop="reference">
      <h2>
        {t.followed.references} <span>{t.followed.referencesFrom}</span>
      </h2>
      <div class="references">
        {references.map(({ layer, weight, blocks, role }, i) => (
          <button
            key={layer.id}
            type="button"
            class={`reference ${layer.id === open ? "on" : ""}`}
            title={
              model.seesPictures
                ? t.followed.imageNamed(layer.name, first + i)
                : t.followed.weightNamed(layer.name, t.common.percent(weight))
            }
            aria-expanded={layer.id === open}
            onClick={() => setOpen(layer.id === open ? null : layer.id)}
          >
            <Thumbnail thumbnails={actions.thumbnails} layer={layer} />
            {!model.seesPictures && (
              <span class="weight">
                <i style={{ width: `${Math.min(100, weight * 50)}%` }} />
              </span>
            )}
            <small class="ellipsis">
              {model.seesPictures
                ? role
                  ? t.followed.imageWithRole(first + i, t.characters.roles[role].label)
                  : t.followed.imageNumber(first + i)
                : blocks === "all"
                  ? layer.name
                  : t.followed.parts[blocks].label}
            </small>
          </button>
        ))}
        {charactersIn(state.prompt, state.characters).flatMap((character) =>
          usedReferences(character).map(({ layer, role, weight }) => (
            <button
              key={`${character.id} ${layer.id}`}
              type="button"
              class="reference"
              title={t.characters.inPrompt(t.characters.mention(character.name))}
              onClick={() => {
                actions.chooseCharacter(character.id);
                actions.show("characters");
              }}
            >
              <Thumbnail thumbnails={actions.thumbnails} layer={layer} />
              {!model.seesPictures && (
                <span class="weight">
                  <i style={{ width: `${Math.min(100, weight * 50)}%` }} />
                </span>
              )}
              <small class="ellipsis">{t.characters.roles[role].label}</small>
            </button>
          )),
        )}
        <button
          type="button"
          class="add-layer"
          disabled={!canAdd}
          title={canAdd ? t.followed.addLayerHow : t.followed.selectFirst}
          onClick={actions.addReferences}
        >
          {t.followed.addLayer}
        </button>
        {hasKnownParts(model) && !model.seesPictures && (
          <button
            type="button"
            class="add-layer"
            disabled={!canAdd}
            title={canAdd ? t.palette.styleHow : t.followed.selectFirst}
            onClick={actions.styleOfSelection}
          >
            {t.palette.style}
          </button>
        )}
      </div>
      {model.seesPictures && references.length > 0 && <p class="hint">{t.followed.byNumber(first)}</p>}
      {references.length > 0 && <ReferenceRoom state={state} model={model} />}
      <RolesTold state={state} actions={actions} model={model} />
      {opened && (
        <ReferenceDetails
          reference={opened}
          settings={settingsOf(model)}
          tellsRoles={model.roleSentences !== undefined}
          shape={selectedShape(selection)}
          onChange={change}
          onClose={() => setOpen(null)}
          onRemove={() => {
            setOpen(null);
            actions.setReferences(references.filter(({ layer }) => layer.id !== opened.layer.id));
          }}
        />
      )}
    </section>
  );
}

/** What can be said of a reference besides that it is there. */
type ReferenceSettings = "none" | "weight" | "no-parts" | "all";

function settingsOf(model: ModelInfo): ReferenceSettings {
  if (model.seesPictures) return "none";
  if (model.redux) return "weight";
  return hasKnownParts(model) ? "all" : "no-parts";
}

/** What the model will be told of the references' roles, and whether it is. */
function RolesTold({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo }) {
  const { characters, references, mode, settings, prompt } = state;
  const { roles } = tellCharacters(prompt, characters, { references, model, mode });
  if (roles === "") return null;
  return (
    <label class="check roles-told" title={t.followed.tellsRolesHow}>
      <input
        type="checkbox"
        checked={settings.tellsRoles}
        onChange={(event) => actions.set({ tellsRoles: event.currentTarget.checked })}
      />
      <span>
        {t.followed.tellsRoles} <q lang="en">{roles}</q>
      </span>
    </label>
  );
}

function ReferenceDetails({
  reference,
  settings,
  tellsRoles,
  shape,
  onChange,
  onRemove,
  onClose,
}: {
  reference: ReferenceLayer;
  settings: ReferenceSettings;
  /** Whether it may have a role, of which the model is told. */
  tellsRoles: boolean;
  /** The selected shape, inside of which it could count. */
  shape: LayerInfo | undefined;
  onChange: (reference: ReferenceLayer) => void;
  onRemove: () => void;
  onClose: () => void;
}) {
  const { within, ...everywhere } = reference;
  const { role, ...free } = reference;
  const { layer, blocks } = reference;
  const hasPlaces = settings === "all" || settings === "no-parts";
  useEscape(useCallback(onClose, [layer.id]));
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.scrollIntoView({ block: "nearest" }), []);
  return (
    <div class="details" ref={box}>
      {tellsRoles && (
        <Segmented
          label={t.followed.isFor(layer.name)}
          segments={(["none", ...ROLES] as const).map((value) => ({
            value,
            ...(value === "none" ? t.followed.noRole : t.characters.roles[value]),
          }))}
          value={role ?? "none"}
          onChange={(chosen) => onChange(chosen === "none" ? free : { ...free, role: chosen })}
        />
      )}
      {settings === "all" && (
        <Segmented
          label={t.followed.takeFrom(layer.name)}
          segments={FOLLOWED_PARTS.map((value) => ({ value, ...t.followed.parts[value] }))}
          value={blocks}
          onChange={(part) => onChange({ ...reference, blocks: part })}
        />
      )}
      {settings !== "none" && (
        <FollowRange
          name={layer.name}
          value={reference}
          weightAlone={settings === "weight"}
          onChange={(change) => onChange({ ...reference, ...change })}
        />
      )}
      {hasPlaces && within !== undefined && (
        <p class="between">
          <span class="ellipsis">{t.followed.onlyInside(within.name)}</span>
          <button type="button" class="link" onClick={() => onChange(everywhere)}>
            {t.followed.everywhere}
          </button>
        </p>
      )}
      {hasPlaces && within === undefined && shape !== undefined && (
        <button
          type="button"
          class="link"
          title={t.followed.onlyInsideHow}
          onClick={() => onChange({ ...reference, within: { id: shape.id, name: shape.name } })}
        >
          {t.followed.onlyInside(shape.name)}
        </button>
      )}
      <button type="button" class="link" onClick={onRemove}>
        {t.followed.removeReference(layer.name)}
      </button>
    </div>
  );
}
