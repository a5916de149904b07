import { useState } from "preact/hooks";
import { type Character, type CharacterReference, ROLES } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { selectedLayers } from "../actions/follow-layers.ts";
import { FollowRange } from "../parts/follow-range.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

interface SheetProps {
  readonly character: Character;
  readonly state: State;
  readonly actions: Actions;
}

/** A character's pictures: what each shows, and how much it counts. */
export function CharacterSheet({ character, state, actions }: SheetProps) {
  const [open, setOpen] = useState<string | null>(null);
  const { references, fromLibrary, words } = character;
  const opened = references.find(({ layer }) => layer.id === open);
  const canAdd = selectedLayers(state.selection).length > 0;
  return (
    <>
      {words !== "" && <p class="secondary-text words">{t.characters.inPrompts(words)}</p>}
      {references.length === 0 && <p class="hint">{t.characters.noReferences}</p>}
      <div class="references">
        {references.map(({ layer, role, weight }) => (
          <button
            key={layer.id}
            type="button"
            class={`reference ${layer.id === open ? "on" : ""} ${role === "unused" ? "unused" : ""}`}
            title={t.followed.weightNamed(layer.name, t.common.percent(weight))}
            aria-expanded={layer.id === open}
            onClick={() => setOpen(layer.id === open ? null : layer.id)}
          >
            <Thumbnail thumbnails={actions.thumbnails} layer={layer} />
            <span class="weight">
              <i style={{ width: `${Math.min(100, weight * 50)}%` }} />
            </span>
            <small class="ellipsis">{t.characters.roles[role].label}</small>
          </button>
        ))}
        {!fromLibrary && (
          <button
            type="button"
            class="add-layer"
            disabled={!canAdd}
            title={canAdd ? t.characters.addLayerHow : t.followed.selectFirst}
            onClick={() => actions.addToCharacter(character)}
          >
            {t.followed.addLayer}
          </button>
        )}
      </div>
      {opened && <Details reference={opened} fixed={fromLibrary} onChange={actions.setCharacterReference} />}
    </>
  );
}

interface DetailsProps {
  readonly reference: CharacterReference;
  /** It can't be changed in this file. */
  readonly fixed: boolean;
  readonly onChange: (reference: CharacterReference) => void;
}

function Details({ reference, fixed, onChange }: DetailsProps) {
  const { layer, role } = reference;
  if (fixed)
    return (
      <div class="details">
        <p class="hint">{t.characters.setInLibrary}</p>
      </div>
    );
  return (
    <div class="details">
      <Segmented
        label={t.characters.roleOf(layer.name)}
        segments={[...ROLES, "unused" as const].map((value) => ({ value, ...t.characters.roles[value] }))}
        value={role}
        onChange={(next) => onChange({ ...reference, role: next })}
      />
      {role !== "unused" && (
        <FollowRange name={layer.name} value={reference} onChange={(change) => onChange({ ...reference, ...change })} />
      )}
    </div>
  );
}
