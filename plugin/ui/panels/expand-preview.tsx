import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Margins } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { contextOfFill } from "../request/fill-region.ts";
import { expansionOf, marginsFor, marginsOf, NO_MARGINS } from "../state/expansion.ts";
import type { FillView, State } from "../state/state.ts";
import { subjectOf } from "../state/subject.ts";
import { finenessInWords } from "../text/fineness-in-words.ts";
import { t } from "../text/language.ts";
import { EdgeControls } from "./edge-controls.tsx";
import { ExpandStage } from "./expand-stage.tsx";
import { FillToolLine } from "./fill-kind-control.tsx";

/** By how much width and height grow at a press. */
const SHARES = [0.25, 0.5, 1];

interface ExpandProps {
  readonly state: State;
  readonly actions: Actions;
  readonly fill: FillView;
  readonly model: ModelInfo;
}

/** A picture without a mask: how far beyond its edges it is to be painted. */
export function ExpandPreview({ state, actions, fill, model }: ExpandProps) {
  const { settings, selection } = state;
  const target = subjectOf(state)!.target;
  const margins = marginsOf(state);
  const isSame = (other: Margins) => JSON.stringify(other) === JSON.stringify(margins);
  const choose = (chosen: Margins) => actions.expand(target.id, chosen);
  const room = selection.kind === "target" ? selection.room : undefined;
  const offers = [
    ...SHARES.map((share) => ({
      label: t.fill.percent(share * 100),
      title: t.fill.percentTitle(share * 100),
      margins: marginsFor(share, target),
    })),
    ...(room ? [{ label: t.fill.toFrame, title: t.fill.toFrameTitle, margins: room }] : []),
    { label: t.fill.asItIs, title: t.fill.expandHow, margins: NO_MARGINS },
  ];
  return (
    <section>
      <ExpandStage {...{ fill, settings, margins, target }} onChange={choose}>
        {fill.expand && fill.maskBounds && <small>{captionOf({ state, fill, model, margins })}</small>}
      </ExpandStage>
      <fieldset class="chips expand-by" aria-label={t.fill.expandBy}>
        {offers.map(({ label, title, margins: offered }) => (
          <button
            key={label}
            type="button"
            class={`chip ${isSame(offered) ? "on" : ""}`}
            aria-pressed={isSame(offered)}
            title={title}
            onClick={() => choose(offered)}
          >
            {label}
          </button>
        ))}
      </fieldset>
      {expansionOf(state) === null && <p class="hint">{t.fill.expandHow}</p>}
      <FillToolLine state={state} actions={actions} />
      {fill.expand && fill.maskBounds && (
        <EdgeControls fill={fill} bounds={fill.maskBounds} settings={settings} actions={actions} />
      )}
    </section>
  );
}

/** How large it becomes, and how finely that is drawn. */
function captionOf({ state, fill, model, margins }: Omit<ExpandProps, "actions"> & { readonly margins: Margins }) {
  const { settings } = state;
  const { rect, diffusion } = contextOfFill({ ...fill, maskBounds: fill.maskBounds! }, { model, settings });
  const width = Math.round(margins.left + fill.target.width + margins.right);
  const height = Math.round(margins.top + fill.target.height + margins.bottom);
  return t.fill.expanded(
    t.common.size({ width, height }),
    finenessInWords((diffusion.width / rect.width) * fill.scale),
  );
}
