/** HTML's tags, and what terminals and text fields obey instead of showing: control and format characters, bidi marks. */
const MARKUP = /<\/?[a-z!][^<>]*>/gi;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** A name or a message of unknown origin as a terminal may print it. */
export const visible = (text: string): string => text.replace(UNSEEN, " ");

/** The same for text of several lines. */
export const visibleLines = (text: string): string => text.split(/\r?\n/).map(visible).join("\n");

/** Text from a file of unknown origin as one line that is safe to show, at most `characters` long. */
export function plainText(text: string, characters = 200): string {
  // Nobody reads more, and nothing has to be searched in more.
  const line = text
    .slice(0, 20 * characters)
    .replace(MARKUP, " ")
    .replace(UNSEEN, " ")
    .replace(/\s+/g, " ")
    .trim();
  return [...line].slice(0, characters).join("").trimEnd();
}
