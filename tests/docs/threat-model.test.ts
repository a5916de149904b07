/** Every test that docs/threat-model.md names exists. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "../..");
const folders = [
  "trust",
  "browser",
  "gateway",
  "plugin/ui",
  "library",
  "fuzz",
  "shared",
  "cli",
  "checkpoint",
  "queue",
  "image",
];
const sources = folders
  .flatMap((folder) => {
    const place = path.join(root, "tests", folder);
    return (readdirSync(place, { recursive: true }) as string[]).map((file) => path.join(place, file));
  })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

test("every test that docs/threat-model.md names exists", () => {
  const rows = readFileSync(path.join(root, "docs/threat-model.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"));
  const named = rows.flatMap((row) =>
    [
      ...row
        .split("|")
        .at(-2)!
        .matchAll(/\*([^*]+)\*/g),
    ].map(([, name]) => name!),
  );
  expect(named.length).toBeGreaterThan(20);
  const beginning = (name: string) => name.split(" …")[0]!.replace(/^(?:CompanionClient|JobDesk) /, "");
  expect(named.filter((name) => !sources.includes(beginning(name)))).toEqual([]);
});
