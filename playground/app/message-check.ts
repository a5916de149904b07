/** What Figma lets through from the plugin's window: a copy without prototypes, and only certain types. */
export function copiedMessage(value: unknown): unknown {
  if (value === null || ["undefined", "string", "number", "boolean"].includes(typeof value)) return value;
  if (Array.isArray(value)) return value.map(copiedMessage);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind === "Date") return new Date((value as Date).getTime());
  if (kind === "Uint8Array") return (value as Uint8Array).slice();
  if (kind !== "Object") throw new Error(`A message of type ${kind} does not reach the plugin's main thread`);
  return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, copiedMessage(inner)]));
}
