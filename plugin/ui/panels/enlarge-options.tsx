import { useState } from "preact/hooks";
import { enlargedSize } from "../../../shared/enlarge.ts";
import type { Actions } from "../actions/actions.ts";
import { Segmented } from "../parts/segmented.tsx";
import { Select } from "../parts/select.tsx";
import { useEscape } from "../parts/use-escape.ts";
import { chosenOf, enlargeChoices, isWithinTarget } from "../request/enlargement.ts";
import type { Picture } from "../state/picture.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

interface OptionsProps {
  readonly picture: Picture;
  readonly state: State;
  readonly actions: Actions;
  readonly onClose: () => void;
}

/** How large a finished picture is to become, and by what; the choice is kept. */
export function EnlargeOptions({ picture, state, actions, onClose }: OptionsProps) {
  const { companion, settings, submitting } = state;
  const choices = companion && enlargeChoices(picture, companion);
  const [chosen, choose] = useState<{ readonly way?: string; readonly factor?: number }>({});
  useEscape(onClose);
  if (!choices) return null;
  const { way, factor } = chosenOf(choices, { enlargeBy: chosen.way ?? settings.enlargeBy }, chosen.factor);
  const isPart = isWithinTarget(picture.recipe);
  const sizes = choices.factors.map((each) => {
    const { width, height } = enlargedSize(picture, each);
    const size = `${t.common.size({ width, height })} px`;
    return {
      value: String(each),
      label: isPart ? `${each}×` : size,
      title: isPart ? t.pictures.partThatChanged : size,
    };
  });
  return (
    <footer class="generate-bar enlarge-options">
      <Segmented
        label={t.settings.size}
        segments={sizes}
        value={String(factor)}
        onChange={(value) => choose({ ...chosen, factor: Number(value) })}
      />
      <Select
        label={t.pictures.enlargeBy}
        value={way.id}
        options={choices.ways.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(id) => choose({ ...chosen, way: id })}
      />
      <div class="go">
        <button
          type="button"
          class="primary"
          disabled={submitting}
          onClick={() => {
            onClose();
            actions.enlarge([picture], { way: way.id, factor });
          }}
        >
          {t.pictures.enlarge}
        </button>
        <button type="button" class="secondary" onClick={onClose}>
          {t.common.back}
        </button>
      </div>
    </footer>
  );
}
