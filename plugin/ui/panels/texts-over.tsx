import type { TextFate, TextOver } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { Segmented } from "../parts/segmented.tsx";
import { Select } from "../parts/select.tsx";
import { Slider } from "../parts/slider.tsx";
import { rowsOf } from "../state/rows.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

const CHOICES = ["live", "painted"] as const;
const FATES = ["hide", "keep"] as const satisfies readonly TextFate[];
/** Of several layers at once. */
const MOST_SHOWN = 6;

/** Text layers over what is painted: each stays a layer above the picture, or its letters are painted in it. Not shown where there are none. */
export function TextsOver({ state, actions }: { state: State; actions: Actions }) {
  const all = rowsOf(state).flatMap(({ textsOver }) => textsOver);
  if (all.length === 0) return null;
  const texts = all.slice(0, MOST_SHOWN);
  const painted = all.filter(({ id }) => state.painted.includes(id));
  const { settings, mode } = state;
  return (
    <section class="texts-over">
      <h2>
        {t.texts.title} {all.length > MOST_SHOWN && <span>{t.texts.more(all.length - MOST_SHOWN)}</span>}
      </h2>
      {texts.map((text) => (
        <TextRow key={text.id} {...{ text, state, actions }} />
      ))}
      {painted.length > 0 && (
        <>
          <Slider
            label={t.texts.look}
            ends={[t.texts.scene, t.texts.printed]}
            {...{ min: 0, max: 1, step: 0.05, value: settings.textStrength }}
            onChange={(textStrength) => actions.set({ textStrength })}
          />
          <Slider
            label={t.texts.until}
            ends={[t.texts.steers, t.common.percent(settings.textEnd)]}
            {...{ min: 0.3, max: 1, step: 0.05, value: settings.textEnd }}
            onChange={(textEnd) => actions.set({ textEnd })}
          />
          <Select
            label={t.texts.afterwards}
            value={settings.textFate}
            options={FATES.map((value) => ({ value, label: t.texts.fates[value] }))}
            onChange={(fate) => actions.set({ textFate: fate as TextFate })}
          />
        </>
      )}
      {painted.length < all.length && mode !== "generate" && (
        <label class="check">
          <input
            type="checkbox"
            checked={settings.seesTexts}
            onChange={(event) => actions.set({ seesTexts: event.currentTarget.checked })}
          />
          {t.texts.seen}
        </label>
      )}
      <p class="hint">{painted.length > 0 ? t.texts.paintedHint[settings.textFate] : t.texts.liveHint}</p>
    </section>
  );
}

function TextRow({ text: { id, text, hidden }, state, actions }: { text: TextOver; state: State; actions: Actions }) {
  const isPainted = state.painted.includes(id);
  const others = state.painted.filter((other) => other !== id);
  return (
    <div class="text-over">
      <span class="ellipsis" title={text}>
        {t.texts.quoted(text)} {hidden && <small>{t.texts.hidden}</small>}
      </span>
      <Segmented
        label={t.texts.of(text)}
        group={id}
        segments={CHOICES.map((value) => ({ value, ...t.texts.choices[value] }))}
        value={isPainted ? "painted" : "live"}
        onChange={(choice) => actions.paintTexts(choice === "painted" ? [...others, id] : others)}
      />
    </div>
  );
}
