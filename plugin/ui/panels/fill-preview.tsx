import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { fitBox } from "../parts/fit-box.ts";
import { Slider } from "../parts/slider.tsx";
import { contextOfFill, fillRegion } from "../request/fill-region.ts";
import { expansionOf } from "../state/expansion.ts";
import type { FillView, State } from "../state/state.ts";
import { subjectOf } from "../state/subject.ts";
import { finenessInWords } from "../text/fineness-in-words.ts";
import { t } from "../text/language.ts";
import { ChangedArea } from "./area-overlay.tsx";
import { EdgeControls } from "./edge-controls.tsx";
import { ExpandPreview } from "./expand-preview.tsx";
import { FillKindControl, FillToolLine } from "./fill-kind-control.tsx";
import { MaskControls } from "./mask-controls.tsx";

/** The picture, the mask, and the part that the model will see. */
export function FillPreview({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo | null }) {
  const { fill, settings } = state;
  const subject = subjectOf(state);
  const mask = subject?.mask;
  const question = state.selection.kind === "several" ? state.selection.question : undefined;
  if (question !== undefined)
    return (
      <section class="hint-block">
        <b>{t.fill.inEach(question.pictures.length, question.masks.length)}</b>
        <p>{t.fill.inEachHow}</p>
        <FillKindControl state={state} actions={actions} />
      </section>
    );
  if (mask === undefined && !subject?.target.hasPicture)
    return (
      <section class="hint-block">
        <b>{t.fill.what}</b>
        <p>{t.fill.how}</p>
      </section>
    );
  if (fill === null || model === null)
    return (
      <section>
        <div class="crop loading" />
      </section>
    );
  if (mask === undefined) return <ExpandPreview {...{ state, actions, fill, model }} />;
  if (fill.maskBounds === null)
    return (
      <section class="hint-block">
        <b>{t.fill.coversNothing(mask.name)}</b>
        <p>{t.fill.coversHow}</p>
        {settings.maskShape.inverted && (
          <button
            type="button"
            class="link"
            onClick={() => actions.set({ maskShape: { ...settings.maskShape, inverted: false }, fillKind: undefined })}
          >
            {t.fill.shapeItself}
          </button>
        )}
      </section>
    );
  return (
    <section>
      <Crop fill={fill} bounds={fill.maskBounds} model={model} settings={settings} />
      <Slider
        label={t.fill.contextOrDetail}
        ends={[t.fill.context, t.fill.detail]}
        {...{ min: 0, max: 1, step: 0.05, value: settings.detail }}
        onChange={(detail) => actions.set({ detail })}
      />
      {expansionOf(state) === null ? (
        <FillKindControl state={state} actions={actions} />
      ) : (
        <FillToolLine state={state} actions={actions} />
      )}
      <EdgeControls fill={fill} bounds={fill.maskBounds} settings={settings} actions={actions} />
      <MaskControls fill={fill} state={state} actions={actions} />
    </section>
  );
}

/** Of the preview, pixels. */
const TALLEST = 168;

interface CropProps {
  readonly fill: FillView;
  readonly bounds: NonNullable<FillView["maskBounds"]>;
  readonly model: ModelInfo;
  readonly settings: State["settings"];
}

function Crop({ fill, bounds, model, settings }: CropProps) {
  const { source } = fill;
  const { rect, diffusion } = contextOfFill({ ...fill, maskBounds: bounds }, { model, settings });
  const share = (length: number, whole: number) => `${(length / whole) * 100}%`;
  const times = (diffusion.width / rect.width) * fill.scale;
  return (
    <div class="crop">
      <div class="crop-picture" style={fitBox(source, TALLEST)}>
        <img src={fill.picture} alt={t.fill.source} />
        <div
          class="crop-context"
          style={{
            left: share(rect.x, source.width),
            top: share(rect.y, source.height),
            width: share(rect.width, source.width),
            height: share(rect.height, source.height),
          }}
        />
        <div class="crop-mask-outline">
          <ChangedArea fill={fill} region={fillRegion(settings, fill)} />
        </div>
      </div>
      {fill.hasLoop && settings.maskShape.loop === "area" && <small class="lasso">{t.fill.lasso}</small>}
      <small>{t.fill.atModel(t.common.size(diffusion), finenessInWords(times))}</small>
    </div>
  );
}
