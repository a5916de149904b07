import type { Character } from "../../bridge.ts";
import type { Thumbnails } from "../pixels/thumbnails.ts";
import { t } from "../text/language.ts";
import { Thumbnail } from "./thumbnail.tsx";

export const MENTION_LIST = "mention-list";
export const optionId = ({ id }: Character) => `mention-${id}`;

interface MentionListProps {
  readonly characters: readonly Character[];
  /** The one that Enter takes. */
  readonly active: Character;
  readonly thumbnails: Thumbnails;
  readonly onPick: (character: Character) => void;
}

/** Characters that the name being typed could mean. The field keeps the focus, and its keys move here. */
export function MentionList({ characters, active, thumbnails, onPick }: MentionListProps) {
  return (
    <div class="mentions" id={MENTION_LIST} role="listbox" aria-label={t.characters.complete}>
      {characters.map((character) => (
        <button
          key={character.id}
          id={optionId(character)}
          type="button"
          role="option"
          tabIndex={-1}
          aria-selected={character === active}
          class={`picker-item ${character === active ? "active" : ""}`}
          // A press must not take the focus out of the field.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onPick(character)}
        >
          {character.references[0] === undefined ? (
            <span class="thumbnail empty" />
          ) : (
            <Thumbnail thumbnails={thumbnails} layer={character.references[0].layer} />
          )}
          <span>
            <b class="ellipsis">{t.characters.mention(character.name)}</b>
          </span>
        </button>
      ))}
    </div>
  );
}
