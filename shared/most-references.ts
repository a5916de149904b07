/** Pictures that a request follows at the most, those of characters included: FLUX.2 is published for ten. */
export const MOST_REFERENCES = 10;
