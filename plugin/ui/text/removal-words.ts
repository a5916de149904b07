/** Verbs that ask for something to go, in the languages of the interface. */
const ENGLISH =
  /^(?:please\s+)?(?:remove|erase|delete|take\s+(?:away|out)|get\s+rid\s+of)(?:\s+(?:the|this|that|these|those|all(?:\s+the)?|an?))?(?:\s+(.*))?$/is;
const GERMAN =
  /^(?:bitte\s+)?(?:entfern(?:e|en)?|lösch(?:e|en)?)(?:\s+(?:den|die|das|diesen|diese|dieses|alle|einen|eine|ein))?(?:\s+(.*))?$/is;
const GERMAN_AT_THE_END = /^(?:(?:den|die|das|diesen|diese|dieses|alle)\s+)?(.*\S)\s+(?:entfernen|löschen)$/is;

/** What the words ask to be taken away: "cup" of "remove the cup", "" of "remove". Undefined where they ask for nothing of the kind. */
export function removedBy(prompt: string): string | undefined {
  const typed = prompt.trim().replace(/[.!]+$/, "");
  for (const pattern of [ENGLISH, GERMAN, GERMAN_AT_THE_END]) {
    const found = pattern.exec(typed);
    if (found) return (found[1] ?? "").trim();
  }
  return undefined;
}
