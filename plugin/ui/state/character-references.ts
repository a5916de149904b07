/** What characters of the file bring to a picture. */
import type { ModelInfo } from "../../../shared/protocol.ts";
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import { rolesInWords } from "../../../shared/roles.ts";
import type { Character, CharacterReference, Mode } from "../../bridge.ts";
import { charactersIn, withoutMentions } from "../text/mentions.ts";
import type { ReferenceLayer } from "./followed.ts";

/** Which parts of the UNet hear a role. */
const PARTS = { face: "all", outfit: "all", style: "style", composition: "layout" } as const;

type Used = CharacterReference & { readonly role: keyof typeof PARTS };
const isUsed = (reference: CharacterReference): reference is Used => reference.role !== "unused";

export const usedReferences = ({ references }: Character): Used[] => references.filter(isUsed);

/** As results follow them. */
export function referencesOf(character: Character): ReferenceLayer[] {
  const { id, name } = character;
  return usedReferences(character).map(({ layer, role, weight, start, end }) => ({
    ...{ layer, weight, start, end, role },
    blocks: PARTS[role],
    character: { id, name },
  }));
}

/** By which pictures likeness to it is judged: those of its looks, or of anything where there are none. */
export function sheetOf(character: Character): readonly Used[] {
  return looksOf(usedReferences(character));
}

/** Those of a character's looks, or all of them where there are none. */
export function looksOf<T extends { readonly role?: string }>(references: readonly T[]): readonly T[] {
  const looks = references.filter(({ role }) => role === "face" || role === "outfit");
  return looks.length > 0 ? looks : references;
}

interface Told {
  /** The prompt as the model reads it, but for what it is told of roles. */
  readonly prompt: string;
  /** What it is told of the references' roles, "" where nothing. */
  readonly roles: string;
  /** Those of the panel, then those of the characters; as many as a request takes. */
  readonly references: readonly ReferenceLayer[];
}

/**
 * What a model reads for a character. Without words of its own a name says nothing to a model that follows its pictures, or
 * something else: the starter draws 3 of 4 pictures for “icon Ada” unlike her, and all of them like her for “icon”.
 */
function saidOf(character: Character, { references, seesPictures }: ModelInfo): string {
  const { name, words } = character;
  if (words !== "") return words;
  return references && !seesPictures && usedReferences(character).length > 0 ? "" : name;
}

/**
 * A prompt with the characters that it names: their references, and what models read in the place of their names. A model that
 * sees pictures as such is told their numbers.
 */
export function tellCharacters(
  prompt: string,
  characters: readonly Character[],
  { references, model, mode }: { references: readonly ReferenceLayer[]; model: ModelInfo; mode: Mode },
): Told {
  const named = charactersIn(prompt, characters);
  const all = [...references, ...named.flatMap(referencesOf)].slice(0, REQUEST_LIMITS.references);
  const first = mode === "generate" ? 1 : 2;
  const wordsFor = (named: Character) => {
    const said = saidOf(named, model);
    if (!model.seesPictures) return said;
    const numbers = all.flatMap(({ character }, i) => (character?.id === named.id ? [first + i] : []));
    return numbers.length === 0 ? said : `${said} of ${numbers.map((number) => `image ${number}`).join(" and ")}`;
  };
  const pictures = all.flatMap(({ role }, i) => (role === undefined ? [] : [{ role, number: first + i }]));
  const roles = model.references && model.roleSentences ? rolesInWords(pictures, model.roleSentences) : "";
  return { prompt: withoutMentions(prompt, characters, wordsFor), roles, references: all };
}

/** The prompt as it is read by a model: for counting. */
export const wordsAlone = (prompt: string, characters: readonly Character[], model: ModelInfo): string =>
  withoutMentions(prompt, characters, (character) => saidOf(character, model));
