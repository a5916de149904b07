import type { Actions } from "../actions/actions.ts";
import { selectedLayers } from "../actions/follow-layers.ts";
import { Slider } from "../parts/slider.tsx";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

/** The colours that results are brought to; a Fill keeps to those around it. */
export function PalettePanel({ state, actions }: { state: State; actions: Actions }) {
  const { palette } = state.settings;
  const isSelected = selectedLayers(state.selection).length > 0;
  const without = (color: string) => palette!.colors.filter((other) => other !== color);
  return (
    <section class="palette">
      <h2>
        {t.palette.title} <span>{palette ? t.palette.count(palette.colors.length) : t.palette.asMade}</span>
      </h2>
      {palette && (
        <>
          <div class="swatches">
            {palette.colors.map((color) => (
              <button
                key={color}
                type="button"
                title={t.palette.takeOut(color)}
                aria-label={t.palette.takeOut(color)}
                style={{ background: color }}
                onClick={() => {
                  const colors = without(color);
                  actions.set({ palette: colors.length > 0 ? { ...palette, colors } : undefined });
                }}
              />
            ))}
          </div>
          <Slider
            label={t.palette.strength}
            ends={[t.palette.hint, t.palette.exactly]}
            {...{ min: 0.1, max: 1, step: 0.1, value: palette.strength }}
            onChange={(strength) => actions.set({ palette: { ...palette, strength } })}
          />
        </>
      )}
      <p class="links">
        <button type="button" class="link" title={t.palette.fromFileHow} onClick={actions.paletteOfFile}>
          {t.palette.fromFile}
        </button>
        <button
          type="button"
          class="link"
          title={isSelected ? t.palette.fromLayerHow : t.followed.selectFirst}
          disabled={!isSelected}
          onClick={actions.paletteOfSelection}
        >
          {t.palette.fromLayer}
        </button>
        {palette && (
          <button type="button" class="link" onClick={() => actions.set({ palette: undefined })}>
            {t.palette.clear}
          </button>
        )}
      </p>
    </section>
  );
}
