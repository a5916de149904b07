import type { CallInput, CallOutput, Character } from "../../bridge.ts";
import { CHARACTER_TYPES, isMarked } from "./character-name.ts";
import { knownCharacters, rememberCharacters } from "./known-characters.ts";
import { readCharacter } from "./read-character.ts";

/** Copies of components that are looked at for being one of a library: each asks Figma for its component. */
const MOST_INSTANCES = 100;

/** In the order of the pages where all are looked through, else those of this page first. What was found elsewhere is remembered. */
export async function listCharacters({ pages }: CallInput<"list-characters">): Promise<CallOutput<"list-characters">> {
  const known = knownCharacters();
  const others = figma.root.children.filter(({ id }) => id !== figma.currentPage.id);
  const looked = pages === "all" ? [figma.currentPage, ...others] : [figma.currentPage];
  const ids: string[] = [];
  for (const page of looked) {
    await page.loadAsync();
    ids.push(...candidatesOn(page));
  }
  const found: Character[] = [];
  for (const id of [...ids, ...known]) {
    const character = await readCharacter(id);
    if (character !== undefined && !found.some((other) => other.id === character.id)) found.push(character);
  }
  if (pages === "all") rememberCharacters(found.map(({ id }) => id));
  return { characters: found };
}

function candidatesOn(page: PageNode): string[] {
  const nodes = page.findAllWithCriteria({ types: [...CHARACTER_TYPES] });
  const marked = nodes.filter(isMarked);
  const copies = nodes.filter((node) => node.type === "INSTANCE" && !isMarked(node) && isOpen(node));
  return [...marked, ...copies.slice(0, MOST_INSTANCES)].map(({ id }) => id);
}

/** On the page itself or in a section: where one puts a character, and not a part of a design. */
const isOpen = ({ parent }: SceneNode): boolean => parent?.type === "PAGE" || parent?.type === "SECTION";
