/** A character: a section, frame or component of the file whose layers say how somebody looks. */
import * as v from "valibot";
import { ROLES, type Role } from "../../shared/roles.ts";
import { layer } from "./selection.ts";
import { nodeId, size } from "./values.ts";

export { ROLES, type Role };

const share = v.pipe(size, v.minValue(0), v.maxValue(1));

/** How one of its layers counts. "unused": not at all. */
export const referenceNote = v.pipe(
  v.object({
    role: v.picklist([...ROLES, "unused"]),
    weight: v.pipe(size, v.minValue(0), v.maxValue(2)),
    /** Shares of the steps, start < end. */
    start: share,
    end: share,
  }),
  v.check(({ start, end }) => start < end, "ends before it starts"),
);
export type ReferenceNote = v.InferOutput<typeof referenceNote>;

/** Ids of characters that a file remembers. */
export const characterIds = v.pipe(v.array(nodeId), v.maxLength(200));

/** Characters of a name, which is written in prompts. */
export const LONGEST_CHARACTER_NAME = 60;
export const characterName = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(LONGEST_CHARACTER_NAME));

export const character = v.object({
  id: nodeId,
  name: characterName,
  /** What a designer calls its layer: "Section", "Frame", "Component", … */
  kind: v.string(),
  /** The page that it is on. */
  page: v.string(),
  /** True where it comes from a library file: its roles are set there. */
  fromLibrary: v.boolean(),
  /** What the texts in it say: what a model reads in the place of its name. */
  words: v.string(),
  references: v.array(v.object({ layer, ...referenceNote.entries })),
});
export type Character = v.InferOutput<typeof character>;
export type CharacterReference = Character["references"][number];

export const placedPicture = v.object({
  layer,
  page: v.string(),
  /** The recipe as it is kept in the layer; whoever reads it doubts it. */
  recipe: v.string(),
});
/** A picture of ours somewhere in the file. */
export type PlacedPicture = v.InferOutput<typeof placedPicture>;
