/**
 * Words in braces that stand for something of each layer: "portrait of {name}". Braces with a bar are alternatives of the
 * prompt's own syntax, and stay.
 */
const FIELD = /\{([^{}|]+)\}/g;

/** The fields of a prompt, each once, as they are written. */
export const fieldsIn = (prompt: string): string[] => [
  ...new Set([...prompt.matchAll(FIELD)].map(([, field]) => field!.trim()).filter((field) => field !== "")),
];

/** The prompt with its fields filled in; one that has no value stays as it is. */
export const fillIn = (prompt: string, wordsFor: (field: string) => string | undefined): string =>
  prompt.replace(FIELD, (written, field: string) => wordsFor(field.trim()) ?? written);
