import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Settings } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { Slider } from "../parts/slider.tsx";

interface EditStrengthProps {
  readonly settings: Settings;
  readonly actions: Actions;
  readonly model: ModelInfo | null;
}

/** How much of a picture Edit may change: in noise, or for a model that edits by instruction in guidance. */
export function EditStrength({ settings: { strength, imageGuidanceScale }, actions, model }: EditStrengthProps) {
  if (model?.seesPictures)
    return (
      <section>
        <p class="hint">Say what should change, for example “make it night”. The rest stays.</p>
      </section>
    );
  if (model?.edits)
    return (
      <section>
        <h2>
          Image guidance <span>{imageGuidanceScale.toFixed(1)}</span>
        </h2>
        <Slider
          label="Image guidance"
          ends={["Change", "Keep"]}
          {...{ ...IMAGE_GUIDANCE, value: imageGuidanceScale }}
          onChange={(value) => actions.set({ imageGuidanceScale: value })}
        />
      </section>
    );
  return (
    <section>
      <h2>
        Strength{" "}
        <span>
          {Math.round(strength * 100)} % · {strengthInWords(strength)}
        </span>
      </h2>
      <Slider
        label="Strength"
        ends={["Keep", "Change"]}
        {...{ min: 0.05, max: 1, step: 0.05, value: strength }}
        onChange={(value) => actions.set({ strength: value })}
      />
    </section>
  );
}

/** Below 1 there is no guidance at all; above 3 hardly anything changes. Brooks et al. 2023, "InstructPix2Pix", use 1 … 2.2. */
const IMAGE_GUIDANCE = { min: 1, max: 3, step: 0.1 };

function strengthInWords(strength: number): string {
  if (strength < 0.3) return "a touch";
  if (strength < 0.55) return "same shapes, new surface";
  if (strength < 0.8) return "same layout, new picture";
  return "almost everything new";
}
