/**
 * Words in braces that stand for something of each layer: "portrait of {name}". Braces with a bar are alternatives of the
 * prompt's own syntax, and stay.
 */
const FIELD = /\{([^{}|]+)\}/g;

/** The fields of a prompt, each once, as they are written. */
export const fieldsIn = (prompt: string): string[] => [
  ...new Set([...prompt.matchAll(FIELD)].map(([, field]) => field!.trim()).filter((field) => field !== "")),
];

/** A part of a text, UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the fields stand, braces included. */
export const fieldSpansIn = (prompt: string): Span[] =>
  [...prompt.matchAll(FIELD)].map(({ index, 0: written }) => ({ start: index, end: index + written.length }));

/** The prompt with its fields filled in; one that has no value stays as it is. */
export const fillIn = (prompt: string, wordsFor: (field: string) => string | undefined): string =>
  prompt.replace(FIELD, (written, field: string) => wordsFor(field.trim()) ?? written);
