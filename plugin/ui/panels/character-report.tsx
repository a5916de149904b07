import { nearness } from "../../../shared/likeness.ts";
import type { Character } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import type { PlacedLikeness } from "../state/likeness.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { likenessExplained, likenessInWords, likenessNumber } from "../text/likeness-words.ts";

interface ReportProps {
  readonly character: Character;
  readonly state: State;
  readonly actions: Actions;
}

/** How alike the pictures of a character are that lie in the file. */
export function CharacterReport({ character, state: { report, connection }, actions }: ReportProps) {
  const own = report?.character === character.id ? report : null;
  const rows = own?.rows ?? [];
  return (
    <section class="likeness">
      <h2>
        {t.characters.report}
        <span>{rows.length > 0 ? t.characters.reportHow : ""}</span>
      </h2>
      {rows.map((row) => (
        <Row key={row.layer.id} name={character.name} row={row} actions={actions} />
      ))}
      {own !== null && own.rows === null && (
        <p class="hint" role="status">
          {t.characters.checking}
        </p>
      )}
      {own?.rows?.length === 0 && (
        <p class="hint" role="status">
          {t.characters.noPictures}
        </p>
      )}
      {own?.rows !== null && (
        <button
          type="button"
          class="link"
          disabled={connection.kind !== "ready"}
          onClick={() => actions.reportLikeness(character)}
        >
          {own === null ? t.characters.check : t.characters.checkAgain}
        </button>
      )}
    </section>
  );
}

function Row({ name, row, actions }: { name: string; row: PlacedLikeness; actions: Actions }) {
  const { layer, page, name: shown } = row;
  const number = likenessNumber(row);
  return (
    <button
      type="button"
      class="likeness-row"
      title={`${layer.name}, ${page}: ${likenessExplained(name, row)}`}
      onClick={() => actions.showLayer(layer.id)}
    >
      <span class="ellipsis">{shown}</span>
      <span class={`likeness-bar ${nearness(row)}`}>
        <i style={{ width: `${number}%` }} />
      </span>
      <span class="off-screen">{likenessInWords(name, row)}, </span>
      <span class="number">{number}</span>
    </button>
  );
}
