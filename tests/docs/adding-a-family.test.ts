/** What README.md and docs/adding-a-family.md say of the files of a family is so. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.join(__dirname, "../..");
const linesOf = (file: string) => readFileSync(path.join(root, file), "utf8").split("\n").length - 1;
const page = readFileSync(path.join(root, "docs/adding-a-family.md"), "utf8");
const readme = readFileSync(path.join(root, "README.md"), "utf8");
const rows = [...page.matchAll(/^\| `([^`]+\.ts)` \| (\d+) \|/gm)].map(([, file, lines]) => ({
  ...{ file: `companion/${file}`, lines: Number(lines) },
}));

/** Every file of companion/ that is called after the family. */
function ownFiles(folder = "companion"): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const place = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ownFiles(place);
    return place.includes("ernie-image") ? [place] : [];
  });
}

test("the page lists the family's files, all of them, with their sizes", () => {
  expect(rows.map(({ file, lines }) => [file, lines]).sort()).toEqual(
    ownFiles()
      .map((file) => [file, linesOf(file)])
      .sort(),
  );
});

test("both say how many lines that is", () => {
  const all = rows.reduce((sum, { lines }) => sum + lines, 0);
  expect(page).toContain(`${all} lines in twelve files`);
  expect(readme).toContain(`${all} lines in twelve files`);
  expect(rows).toHaveLength(12);
  const parts = [...readme.matchAll(/ernie-image[^|]*\| (\d+)(?: \+ (\d+))? \|$/gm)].map(
    ([, a, b]) => Number(a) + Number(b ?? 0),
  );
  expect(parts.reduce((sum, lines) => sum + lines, 0)).toBe(all);
});

test("every file that the page names is there", () => {
  const named = [...page.matchAll(/`([\w./-]+\.(?:ts|py))`/g)].map(([, name]) => name!);
  const places = (name: string) => [
    name,
    `companion/${name}`,
    `companion/checkpoint/${name}`,
    `companion/checkpoint/parts/${name}`,
  ];
  const ofOthers = new Set(["transformer_ernie_image.py", "pipeline_ernie_image.py"]);
  const missing = named.filter((name) => !places(name).some((place) => existsSync(path.join(root, place))));
  expect(missing.filter((name) => !ofOthers.has(name))).toEqual([]);
});
