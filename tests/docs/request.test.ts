/** docs/request.md says what the schema takes, with the defaults that it fills in, and what a trace holds. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { requestSchema } from "../../shared/request-schema.ts";
import { parseRequest } from "../../shared/validate.ts";
import { openTestStudio, paint, request } from "../pipeline/studio-for-tests.ts";

const text = readFileSync(path.join(__dirname, "../../docs/request.md"), "utf8");

/** The rows of the table whose first heading is `heading`: names in backticks, and the second cell. */
function rowsOf(heading: string): { readonly names: string[]; readonly second: string }[] {
  const [, rows = ""] = new RegExp(`\\| ${heading} \\|.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`).exec(text) ?? [];
  return rows
    .trim()
    .split("\n")
    .map((row) => {
      const [, first = "", second = ""] = row.split(/(?<!\\)\|/);
      return { names: [...first.matchAll(/`([^`]+)`/g)].map(([, name]) => name!), second: second.trim() };
    });
}

test("every field of a request is in the table, and no other", () => {
  const [inner] = (requestSchema as unknown as { pipe: [{ entries: object }] }).pipe;
  const documented = rowsOf("field").flatMap(({ names }) => names);
  expect([...documented].sort()).toEqual(Object.keys(inner.entries).sort());
});

test("the defaults that the table names are those that are filled in", () => {
  const filled = parseRequest({ model: "m", prompt: "p", seed: 1 }) as unknown as Record<string, unknown>;
  const named = rowsOf("field").flatMap(({ names, second }) =>
    second.split(", ").flatMap((value, i): [string, unknown][] => {
      const literal = /^(?:\d[\d.]*|true|false|\[\]|`".*"`)$/.test(value)
        ? JSON.parse(value.replaceAll("`", ""))
        : null;
      return literal === null ? [] : [[names[i]!, literal]];
    }),
  );
  expect(named.length).toBeGreaterThan(10);
  // An absent switch is off.
  for (const [name, value] of named) expect([name, filled[name] ?? false]).toEqual([name, value]);
});

test("a trace holds the tensors that the table names", async () => {
  const studio = openTestStudio();
  try {
    const { trace } = await paint(studio, request());
    const documented = rowsOf("tensor").flatMap(({ names }) => names);
    expect([...trace.keys()].sort()).toEqual([...documented].sort());
  } finally {
    await studio.close();
  }
});
