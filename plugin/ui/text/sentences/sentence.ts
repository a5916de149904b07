/**
 * A sentence that reaches the interface in English, from Figma's side of the plugin or from the companion, and how it is said
 * to a designer. "{name}" stands for any text.
 */
export interface Sentence {
  readonly pattern: string;
  readonly de: string;
  /** Plainer words than the sentence itself, which is then shown as its details. Absent: it is plain. */
  readonly en?: string;
}

export const sentence = (pattern: string, de: string, en?: string): Sentence => ({
  ...{ pattern, de },
  ...(en !== undefined && { en }),
});
