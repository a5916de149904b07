/**
 * How values cross between the plugin's VM and the host: JSON, with tags for what JSON lacks, and bytes beside it.
 * Runs on both sides; `refer` and `resolve` handle what crosses by name.
 */
export interface ByteStore {
  put(bytes: Uint8Array): number;
  take(index: number): Uint8Array;
}

export interface Referrer {
  /** The tag of a value that crosses by name, or undefined. */
  refer(value: object | symbol | ((...args: never[]) => unknown)): object | undefined;
  /** The value of such a tag, or undefined where it is plain data. */
  resolve(tag: Readonly<Record<string, unknown>>): { readonly value: unknown } | undefined;
}

/** Throws where something cannot cross. */
export function encode(value: unknown, bytes: ByteStore, referrer: Referrer): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (value === undefined) return { $: "undefined" };
  if (typeof value === "number") return Number.isFinite(value) ? value : { $: "number", text: String(value) };
  if (typeof value === "bigint") throw new Error("Cannot pass a bigint");
  const tag = referrer.refer(value as object);
  if (tag !== undefined) return tag;
  if (typeof value === "symbol" || typeof value === "function") throw new Error(`Cannot pass a ${typeof value}`);
  if (Array.isArray(value)) return value.map((item) => encode(item, bytes, referrer));
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind === "Uint8Array") return { $: "bytes", index: bytes.put(value as Uint8Array) };
  if (kind === "Date") return { $: "date", time: (value as Date).getTime() };
  if (kind !== "Object" && kind !== "Error") throw new Error(`Cannot pass a value of type ${kind}`);
  const fields = Object.entries(value).map(([key, item]) => [key, encode(item, bytes, referrer)]);
  return "$" in (value as object) ? { $: "object", fields } : Object.fromEntries(fields);
}

export function decode(json: unknown, bytes: ByteStore, referrer: Referrer): unknown {
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map((item) => decode(item, bytes, referrer));
  const tag = json as Record<string, unknown>;
  const fields = (entries: [string, unknown][]) =>
    Object.fromEntries(entries.map(([key, item]) => [key, decode(item, bytes, referrer)]));
  switch (tag.$) {
    case undefined:
      return fields(Object.entries(tag));
    case "object":
      return fields(tag.fields as [string, unknown][]);
    case "undefined":
      return undefined;
    case "number":
      return Number(tag.text);
    case "bytes":
      return bytes.take(tag.index as number);
    case "date":
      return new Date(tag.time as number);
    default: {
      const resolved = referrer.resolve(tag);
      if (resolved === undefined) throw new Error(`Unknown tag "${String(tag.$)}"`);
      return resolved.value;
    }
  }
}
