/** A–Z in lower case and nothing else, so that every letter stays at its place. */
export const lowered = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
