import { useMemo } from "preact/hooks";
import type { ArtboardChoice } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { NumberField } from "../parts/number-field.tsx";
import { Slider } from "../parts/slider.tsx";
import {
  type ArtboardsView,
  choiceOf,
  isChosen,
  keyOf,
  OWN,
  type PlannedBoard,
  planned,
} from "../state/artboard-set.ts";
import type { State } from "../state/state.ts";
import { boardInWords } from "../text/board-in-words.ts";
import { t } from "../text/language.ts";
import { ArtboardOutline } from "./artboard-outline.tsx";
import { SubjectStage } from "./subject-stage.tsx";

interface PanelProps {
  readonly state: State;
  readonly actions: Actions;
}

/** A key visual's other formats: what of it must be seen, which are made, and what each will look like. */
export function ArtboardsPanel({ state, actions }: PanelProps) {
  const { artboards, settings } = state;
  const choice = choiceOf(settings);
  const plans = useMemo(
    () => (artboards === null ? [] : planned(artboards.visual, artboards.subject, choice)),
    [artboards, choice],
  );
  if (artboards === null) return null;
  const set = (change: Partial<ArtboardChoice>) => actions.set({ artboards: { ...choice, ...change } });
  const { visual, subject, found } = artboards;
  return (
    <>
      <section>
        <div class="section-head">
          <h2>{t.artboards.subject}</h2>
          {subject !== found && (
            <button type="button" class="link" onClick={() => actions.setSubject(found)}>
              {t.artboards.findAgain}
            </button>
          )}
        </div>
        <SubjectStage view={artboards} onChange={actions.setSubject} />
        <p class="hint">{t.artboards.subjectHow}</p>
      </section>
      <section>
        <h2>{t.artboards.formats}</h2>
        <ul class="formats">
          {plans.map((plan) => (
            <FormatRow key={keyOf(plan.format)} {...{ plan, artboards, choice }} onChange={set} />
          ))}
        </ul>
        <OwnFormat choice={choice} onChange={set} />
        <Slider
          label={t.artboards.closeness}
          value={choice.closeness}
          {...{ min: 0, max: 1, step: 0.1 }}
          ends={[t.artboards.whole, t.artboards.close]}
          onChange={(closeness) => set({ closeness })}
        />
        {visual.leftOut.length > 0 && <p class="hint">{t.artboards.leftOut(visual.leftOut)}</p>}
      </section>
    </>
  );
}

interface RowProps {
  readonly plan: PlannedBoard;
  readonly artboards: ArtboardsView;
  readonly choice: ArtboardChoice;
  readonly onChange: (change: Partial<ArtboardChoice>) => void;
}

function FormatRow({ plan: { format, board }, artboards, choice, onChange }: RowProps) {
  const key = keyOf(format);
  const others = choice.formats.filter((name) => name !== key);
  const { layers, ...shown } = boardInWords(board, artboards.visual);
  return (
    <li>
      <label class="check">
        <input
          type="checkbox"
          checked={isChosen(format, choice)}
          onChange={(event) => onChange({ formats: event.currentTarget.checked ? [...others, key] : others })}
        />
        <ArtboardOutline board={board} picture={artboards.picture} />
        <span>
          <b>{key === OWN ? t.artboards.own : format.name}</b>
          <small>
            {t.common.size(format)} · {shown.painted}
          </small>
          {layers.map((text) => (
            <small key={text} class="remark">
              {text}
            </small>
          ))}
        </span>
      </label>
    </li>
  );
}

/** What the designer's own format begins with. */
const FIRST_OWN = { width: 1200, height: 628 };

function OwnFormat({ choice, onChange }: Pick<RowProps, "choice" | "onChange">) {
  const { own, formats } = choice;
  if (own === undefined)
    return (
      <button
        type="button"
        class="link"
        onClick={() => onChange({ own: FIRST_OWN, formats: [...formats.filter((name) => name !== OWN), OWN] })}
      >
        {t.artboards.addOwn}
      </button>
    );
  const range = { min: 16, max: 8192, step: 1 };
  return (
    <div class="own-format">
      <NumberField
        label={t.artboards.width}
        value={own.width}
        {...range}
        onChange={(width) => onChange({ own: { ...own, width } })}
      />
      <NumberField
        label={t.artboards.height}
        value={own.height}
        {...range}
        onChange={(height) => onChange({ own: { ...own, height } })}
      />
    </div>
  );
}
