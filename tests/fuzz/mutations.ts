/** Input that is nearly right: most bugs lie there, and not in noise. */
import fc from "fast-check";

/** JSON as strangers write it: any value, also nested and with keys that objects have by themselves. */
const strangeKey = fc.constantFrom("__proto__", "constructor", "toString", "length", "", "0");
export const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.double(),
    fc.constantFrom(null, true, false, -1, 0, 1e9, 1e308, 2 ** 53),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), strangeKey), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

/** One of `samples` with some of its values, at any depth, replaced, removed or doubled. */
export function nearly(samples: readonly unknown[]): fc.Arbitrary<unknown> {
  const change = fc.record({ at: fc.nat(), how: fc.constantFrom("replace", "remove", "double"), by: anyJson });
  return fc.tuple(fc.constantFrom(...samples), fc.array(change, { maxLength: 3 })).map(([sample, changes]) => {
    const root: { value: unknown } = { value: structuredClone(sample) };
    for (const { at, how, by } of changes) {
      const places = placesIn(root);
      const { holder, key } = places[at % places.length]!;
      if (how === "replace") holder[key] = by;
      else if (how === "double" && Array.isArray(holder)) holder.push(holder[Number(key)]);
      else if (holder !== (root as object)) delete holder[key];
    }
    return root.value;
  });
}

type Holder = Record<string, unknown>;

function placesIn(holder: object): { holder: Holder; key: string }[] {
  return Object.entries(holder).flatMap(([key, value]) => [
    { holder: holder as Holder, key },
    ...(typeof value === "object" && value !== null ? placesIn(value) : []),
  ]);
}

/** `sample` with some bytes changed, a piece cut out, and bytes put in. */
export function nearlyBytes(sample: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat(),
    cut: fc.oneof(fc.nat(8), fc.nat(sample.length)),
    put: fc.uint8Array({ maxLength: 12 }),
  });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) =>
    changes.reduce((bytes, { at, cut, put }) => {
      const from = at % (bytes.length + 1);
      return new Uint8Array(Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + cut)]));
    }, sample),
  );
}

export interface Target {
  readonly name: string;
  readonly input: fc.Arbitrary<unknown>;
  /** Throws a Problem that is no defect, or an error that fails the run. `folder`: an empty one. */
  readonly read: (input: never, folder: string) => unknown;
}

export function target<T>(name: string, input: fc.Arbitrary<T>, read: (input: T, folder: string) => unknown): Target {
  return { name, input, read };
}
