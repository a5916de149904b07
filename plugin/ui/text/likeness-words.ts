import { type Judged, nearness } from "../../../shared/likeness.ts";
import { t } from "./language.ts";

export const likenessInWords = (name: string, judged: Judged): string => t.characters.likeness[nearness(judged)](name);

/** 0 … 100. */
export const likenessNumber = ({ value }: Judged): string => String(Math.round(100 * Math.max(0, value)));

/** What is behind the words: both numbers, and what they are. */
export const likenessExplained = (name: string, judged: Judged): string =>
  t.characters.likenessNumber(name, likenessNumber(judged), likenessNumber({ ...judged, value: judged.unlike }));
