/** The same words in every language of the interface. */
export interface Both<W> {
  readonly en: W;
  readonly de: W;
}

/** The type of the German words is that of the English ones: one that is missing does not compile. */
export const both = <W>(en: W, de: NoInfer<W>): Both<W> => ({ en, de });
