import { useCallback, useState } from "preact/hooks";
import type { LoraTag } from "../../../shared/lora-tags.ts";
import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import type { LoraUse } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { aboutLora, addOnsFor, firstWeight, isFoundBy, LORA_WEIGHT, loraNamed, whyNot } from "../models/add-on-fit.ts";
import { Minus } from "../parts/icons.tsx";
import { Picker } from "../parts/picker.tsx";
import { SectionHead } from "../parts/section-head.tsx";
import { SidePicture } from "../parts/side-picture.tsx";
import { Slider } from "../parts/slider.tsx";
import { WordChips } from "../parts/word-chips.tsx";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { loraTags } from "../text/prompt-words.ts";

interface StylesProps {
  readonly state: State;
  readonly actions: Actions;
  readonly model: ModelInfo;
}

/** LoRAs: what changes how a model draws, or teaches it something new. Who has none does not see it. */
export function StylesPanel({ state, actions, model }: StylesProps) {
  const [picking, setPicking] = useState(false);
  const close = useCallback(() => setPicking(false), []);
  const { loras } = state.settings;
  const installed = addOnsFor(state.companion?.addOns ?? [], "lora", model);
  const tags = loraTags(state.prompt);
  if (installed.length === 0 && loras.length === 0 && tags.length === 0) return null;
  const set = (next: readonly LoraUse[]) => actions.set({ loras: [...next] });
  const free = installed.filter(({ id }) => loras.every((lora) => lora.model !== id));
  return (
    <section class="adding">
      <SectionHead
        title={t.followed.styles}
        term="LoRA"
        add={t.followed.addStyle}
        blocked={free.length === 0 ? t.followed.allInUse : undefined}
        onAdd={() => setPicking(true)}
      />
      {loras.map((lora) => (
        <Style
          key={lora.model}
          lora={lora}
          addOn={installed.find(({ id }) => id === lora.model)}
          {...{ state, actions, model }}
          onChange={(weight) => set(loras.map((other) => (other === lora ? { ...lora, weight } : other)))}
          onRemove={() => set(loras.filter((other) => other !== lora))}
        />
      ))}
      {tags.map((tag) => (
        <TagLine key={tag.name} tag={tag} addOn={loraNamed(installed, tag.name)} model={model} />
      ))}
      {picking && (
        <Picker
          title={t.followed.findStyle}
          items={free.map((addOn) => ({
            id: addOn.id,
            name: addOn.name,
            detail: aboutLora(addOn, model),
            disabled: whyNot(addOn, model) !== null,
            picture: <SidePicture pictures={actions.sidePictures} of={addOn} />,
            isFoundBy: (typed) => isFoundBy(addOn, typed),
          }))}
          onPick={(id) => set([...loras, { model: id, weight: firstWeight(free.find((addOn) => addOn.id === id)!) }])}
          onClose={close}
        />
      )}
    </section>
  );
}

interface StyleProps extends StylesProps {
  readonly lora: LoraUse;
  /** Undefined where it is not installed here. */
  readonly addOn: AddOnInfo | undefined;
  readonly onChange: (weight: number) => void;
  readonly onRemove: () => void;
}

function Style({ lora, addOn, state, actions, model, onChange, onRemove }: StyleProps) {
  const name = addOn?.name ?? lora.model;
  const unused = addOn === undefined ? t.followed.styleMissing : whyNot(addOn, model);
  return (
    <div class="add-on">
      <SidePicture pictures={actions.sidePictures} of={addOn ?? { id: lora.model, thumbnail: false }} />
      <div>
        <div class="add-on-name">
          <b class="ellipsis" title={name}>
            {name}
          </b>
          <button
            type="button"
            class="tool"
            title={t.common.remove}
            aria-label={t.common.removeNamed(name)}
            onClick={onRemove}
          >
            <Minus />
          </button>
        </div>
        {unused === null ? (
          <Slider
            label={t.followed.weightOf(name)}
            ends={["", inFigures(lora.weight)]}
            {...LORA_WEIGHT}
            origin={0}
            value={lora.weight}
            onChange={onChange}
          />
        ) : (
          <small class="warning-text">{unused}</small>
        )}
      </div>
      {unused === null && addOn !== undefined && (
        <WordChips words={addOn.triggerWords} prompt={state.prompt} onChange={actions.type} />
      )}
    </div>
  );
}

const inFigures = (weight: number) => t.common.figure(weight, 2);

/** A LoRA that the prompt itself names. */
function TagLine({ tag, addOn, model }: { tag: LoraTag; addOn: AddOnInfo | undefined; model: ModelInfo }) {
  const unused = addOn === undefined ? t.followed.notInstalled : whyNot(addOn, model);
  return (
    <p class="between in-prompt">
      <span class="ellipsis">
        {addOn?.name ?? tag.name} <span class="secondary-text">{inFigures(tag.weight)}</span>
      </span>
      <span class={unused === null ? "secondary-text" : "warning-text"}>{unused ?? t.followed.fromPrompt}</span>
    </p>
  );
}
