import { JsonLimitError, parseJson } from "../../shared/json-text.ts";

const LIMITS = { depth: 10, values: 100 };
const PYTHON = { ...LIMITS, python: true };

test.each(['{"a":[1,"x\\"[{",null,true]}', "5", '"a"', "[]", '{"a":{"b":{}}}', "  [1 , 2 ]  "])(
  "parseJson() reads %s as JSON.parse does",
  (text) => {
    expect(parseJson(text, LIMITS)).toEqual(JSON.parse(text));
  },
);

test.each(["", "[", '{"a"', '"', '"\\', "]", "[1,]", "Infinity", "[NaN]", "nul"])("parseJson() refuses %j", (text) => {
  expect(() => parseJson(text, LIMITS)).toThrow(SyntaxError);
});

test("parseJson() reads the numbers of Python's json, and leaves words in texts alone", () => {
  const text = '{"a":-Infinity,"b":[Infinity, NaN],"c":"-Infinity, NaN","d\\"Infinity":1}';
  expect(parseJson(text, PYTHON)).toEqual({ a: -Infinity, b: [Infinity, null], c: "-Infinity, NaN", 'd"Infinity': 1 });
  expect(() => parseJson("[InfinityNaN]", PYTHON)).toThrow(SyntaxError);
});

test("parseJson() counts depth and values outside of texts", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  expect(() => parseJson(nested(10), LIMITS)).not.toThrow();
  expect(() => parseJson(nested(11), LIMITS)).toThrow(JsonLimitError);
  expect(() => parseJson(JSON.stringify(nested(500)), LIMITS)).not.toThrow();
  expect(() => parseJson(JSON.stringify(Array(99).fill(0)), LIMITS)).not.toThrow();
  expect(() => parseJson(JSON.stringify(Array(101).fill(0)), LIMITS)).toThrow("has too many values");
});

test.each([
  ["spaces", " ".repeat(2e6)],
  ["spaces before Infinity", `[${" ".repeat(2e6)}Infinity x]`],
  ["half a number", `[${"-Infinit".repeat(250_000)}]NaN`],
  ["quotes that are escaped", `["${'\\"'.repeat(1e6)}, Infinity`],
  ["quotes", `${'"'.repeat(2e6)}Infinity`],
  ["colons", `${": ".repeat(1e6)}Infinity`],
])("parseJson() takes as long as the text is: %s", (_, text) => {
  const started = performance.now();
  expect(() => parseJson(text, PYTHON)).toThrow();
  expect(performance.now() - started).toBeLessThan(4000);
});
