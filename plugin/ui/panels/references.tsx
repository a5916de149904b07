import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ModelInfo } from "../../../shared/protocol.ts";
import type { LayerInfo } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { selectedShape } from "../actions/follow-layers.ts";
import { FollowRange, percent } from "../parts/follow-range.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import { useEscape } from "../parts/use-escape.ts";
import { FOLLOWED_PARTS, type ReferenceLayer } from "../state/followed.ts";
import { hasKnownParts } from "../state/in-use.ts";
import type { State } from "../state/state.ts";

const PARTS = {
  all: { label: "Everything", title: "What it shows, and how it looks" },
  style: { label: "Style", title: "Only how it looks: colours, light, brushwork" },
  layout: { label: "Layout", title: "Only where things are" },
} as const;

/** Layers that the result should follow. */
export function ReferencesPanel({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo }) {
  const { references, selection } = state;
  const [open, setOpen] = useState<string | null>(null);
  const change = (next: ReferenceLayer) =>
    actions.setReferences(references.map((reference) => (reference.layer.id === next.layer.id ? next : reference)));
  const opened = references.find(({ layer }) => layer.id === open);
  const canAdd = selection.kind === "target" || selection.kind === "several";
  return (
    <section data-drop="reference">
      <h2>
        References <span>from selection, or drop a picture</span>
      </h2>
      <div class="references">
        {references.map(({ layer, weight, blocks }) => (
          <button
            key={layer.id}
            type="button"
            class={`reference ${layer.id === open ? "on" : ""}`}
            title={`${layer.name}: weight ${percent(weight)}`}
            aria-expanded={layer.id === open}
            onClick={() => setOpen(layer.id === open ? null : layer.id)}
          >
            <Thumbnail thumbnails={actions.thumbnails} layer={layer} />
            <span class="weight">
              <i style={{ width: `${Math.min(100, weight * 50)}%` }} />
            </span>
            <small class="ellipsis">{blocks === "all" ? layer.name : PARTS[blocks].label.toLowerCase()}</small>
          </button>
        ))}
        <button
          type="button"
          class="add-layer"
          disabled={!canAdd}
          title={canAdd ? "Let the result follow the selected layers" : "Select a layer first"}
          onClick={actions.addReferences}
        >
          Add
          <br />
          layer
        </button>
      </div>
      {opened && (
        <ReferenceDetails
          reference={opened}
          hasParts={hasKnownParts(model)}
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

function ReferenceDetails({
  reference,
  hasParts,
  shape,
  onChange,
  onRemove,
  onClose,
}: {
  reference: ReferenceLayer;
  hasParts: boolean;
  /** The selected shape, inside of which it could count. */
  shape: LayerInfo | undefined;
  onChange: (reference: ReferenceLayer) => void;
  onRemove: () => void;
  onClose: () => void;
}) {
  const { within, ...everywhere } = reference;
  const { layer, blocks } = reference;
  useEscape(useCallback(onClose, [layer.id]));
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.scrollIntoView({ block: "nearest" }), []);
  return (
    <div class="details" ref={box}>
      {hasParts && (
        <Segmented
          label={`What to take from ${layer.name}`}
          segments={FOLLOWED_PARTS.map((value) => ({ value, ...PARTS[value] }))}
          value={blocks}
          onChange={(part) => onChange({ ...reference, blocks: part })}
        />
      )}
      <FollowRange name={layer.name} value={reference} onChange={(change) => onChange({ ...reference, ...change })} />
      {within !== undefined && (
        <p class="between">
          <span class="ellipsis">Only inside “{within.name}”</span>
          <button type="button" class="link" onClick={() => onChange(everywhere)}>
            Everywhere
          </button>
        </p>
      )}
      {within === undefined && shape !== undefined && (
        <button
          type="button"
          class="link"
          title="The rest of the result does not follow this reference"
          onClick={() => onChange({ ...reference, within: { id: shape.id, name: shape.name } })}
        >
          Only inside “{shape.name}”
        </button>
      )}
      <button type="button" class="link" onClick={onRemove}>
        Remove “{layer.name}”
      </button>
    </div>
  );
}
