import type { Character } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { ChevronRight } from "../parts/icons.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import { usedReferences } from "../state/character-references.ts";
import { chosenCharacter } from "../state/chosen-character.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { CharacterReport } from "./character-report.tsx";
import { CharacterSheet } from "./character-sheet.tsx";

/** The file's characters; of the chosen one its pictures, and how alike the pictures of it are. */
export function CharactersPanel({ state, actions }: { state: State; actions: Actions }) {
  const { characters } = state;
  const chosen = chosenCharacter(state);
  return (
    <>
      {characters.length === 0 && (
        <section>
          <h1>{t.characters.none}</h1>
          <p class="hint">{t.characters.noneHow}</p>
        </section>
      )}
      {characters.map((character) => (
        <section key={character.id} class="character" aria-label={character.name}>
          <Head
            character={character}
            open={character.id === chosen?.id}
            actions={actions}
            single={characters.length === 1}
          />
          {character.id === chosen?.id && <CharacterSheet character={character} state={state} actions={actions} />}
        </section>
      ))}
      {chosen !== null && <CharacterReport character={chosen} state={state} actions={actions} />}
      <p class="aside">
        <button type="button" class="link" onClick={() => actions.listCharacters("all")}>
          {t.characters.otherPages}
        </button>
      </p>
    </>
  );
}

interface HeadProps {
  readonly character: Character;
  readonly open: boolean;
  readonly single: boolean;
  readonly actions: Actions;
}

function Head({ character, open, single, actions }: HeadProps) {
  const { id, name, kind, page, fromLibrary } = character;
  const used = usedReferences(character);
  const [first] = used;
  const about = (
    <>
      {first === undefined ? (
        <span class="thumbnail empty" />
      ) : (
        <Thumbnail thumbnails={actions.thumbnails} layer={first.layer} />
      )}
      <span>
        <b class="ellipsis">{t.characters.mention(name)}</b>
        <small class="ellipsis">
          {fromLibrary ? t.characters.fromLibrary(used.length) : t.characters.from(used.length, kind, page)}
        </small>
      </span>
    </>
  );
  if (open)
    return (
      <div class="card">
        {about}
        <button
          type="button"
          class="link"
          title={t.characters.showOnCanvas(t.characters.mention(name))}
          onClick={() => actions.showLayer(id)}
        >
          {t.characters.show}
        </button>
      </div>
    );
  return (
    <button
      type="button"
      class="card"
      aria-expanded={single ? undefined : open}
      onClick={() => actions.chooseCharacter(id)}
    >
      {about}
      <ChevronRight />
    </button>
  );
}
