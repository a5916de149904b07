import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Slider } from "../parts/slider.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import { useEscape } from "../parts/use-escape.ts";
import type { ReferenceLayer, State } from "../state.ts";
import type { Studio } from "../studio.ts";

const percent = (share: number) => `${Math.round(share * 100)} %`;
const SMALLEST_SPAN = 0.05;

/** Layers that the result should follow. */
export function ReferencesPanel({ state, studio }: { state: State; studio: Studio }) {
  const { references, selection } = state;
  const [open, setOpen] = useState<string | null>(null);
  const change = (next: ReferenceLayer) =>
    studio.setReferences(references.map((reference) => (reference.layer.id === next.layer.id ? next : reference)));
  const opened = references.find(({ layer }) => layer.id === open);
  const canAdd = selection.kind === "target" || selection.kind === "several";
  return (
    <section>
      <h2>
        References <span>from selection</span>
      </h2>
      <div class="references">
        {references.map(({ layer, weight }) => (
          <button
            key={layer.id}
            type="button"
            class={`reference ${layer.id === open ? "on" : ""}`}
            title={`${layer.name}: weight ${percent(weight)}`}
            aria-expanded={layer.id === open}
            onClick={() => setOpen(layer.id === open ? null : layer.id)}
          >
            <Thumbnail thumbnails={studio.thumbnails} layer={layer} />
            <span class="weight">
              <i style={{ width: `${Math.min(100, weight * 50)}%` }} />
            </span>
            <small class="ellipsis">{layer.name}</small>
          </button>
        ))}
        <button
          type="button"
          class="add-layer"
          disabled={!canAdd}
          title={canAdd ? "Let the result follow the selected layers" : "Select a layer first"}
          onClick={studio.addReferences}
        >
          Add
          <br />
          layer
        </button>
      </div>
      {opened && (
        <ReferenceDetails
          reference={opened}
          onChange={change}
          onClose={() => setOpen(null)}
          onRemove={() => {
            setOpen(null);
            studio.setReferences(references.filter(({ layer }) => layer.id !== opened.layer.id));
          }}
        />
      )}
    </section>
  );
}

function ReferenceDetails({
  reference,
  onChange,
  onRemove,
  onClose,
}: {
  reference: ReferenceLayer;
  onChange: (reference: ReferenceLayer) => void;
  onRemove: () => void;
  onClose: () => void;
}) {
  const { layer, weight, start, end } = reference;
  useEscape(useCallback(onClose, [layer.id]));
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.scrollIntoView({ block: "nearest" }), []);
  return (
    <div class="details" ref={box}>
      <Slider
        label={`Weight of ${layer.name}`}
        ends={["Weight", percent(weight)]}
        {...{ min: 0, max: 2, step: 0.05, value: weight }}
        onChange={(value) => onChange({ ...reference, weight: value })}
      />
      <Slider
        label={`Start of ${layer.name}`}
        ends={["From step", percent(start)]}
        {...{ min: 0, max: 1, step: 0.05, value: start }}
        onChange={(value) => onChange({ ...reference, start: Math.min(value, end - SMALLEST_SPAN) })}
      />
      <Slider
        label={`End of ${layer.name}`}
        ends={["To step", percent(end)]}
        {...{ min: 0, max: 1, step: 0.05, value: end }}
        onChange={(value) => onChange({ ...reference, end: Math.max(value, start + SMALLEST_SPAN) })}
      />
      <button type="button" class="link" onClick={onRemove}>
        Remove “{layer.name}”
      </button>
    </div>
  );
}
