/** No configuration is nested as deeply; what walks through a deeper one would exhaust the stack. */
const MAX_DEPTH = 100;

/** True for a value of JSON that is nested more than `levels` deep. */
export function isTooDeep(value: unknown, levels = MAX_DEPTH): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isTooDeep(part, levels - 1));
}
