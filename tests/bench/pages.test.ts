/** Figures in pages: what a command prints gets into the place that a page has for it, and nowhere else. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beginOf, betweenMarks } from "../../companion/bench/pages/marks.mjs";
import { blockOf, writeBench } from "../../companion/bench/pages/write.ts";
import { markOf, PARTS, parseBench } from "../../companion/bench/parts.ts";

const [begin, end] = ["<!-- npm run x: begin -->", "<!-- end -->"];

test("a text replaces what stood between its own marks, and nothing else", () => {
  const other = `<!-- npm run y: begin -->\n\nkept\n\n${end}\n`;
  const page = betweenMarks(`a\n${begin}\nold\n${end}\nb\n${other}`, "npm run x", "new");
  expect(page).toBe(`a\n${begin}\n\nnew\n\n${end}\nb\n${other}`);
  expect(betweenMarks(page, "npm run x", "new")).toBe(page);
});

test.each(["", begin, end, `${end}${begin}`, `${begin}${begin}${end}`, `${begin}<!-- npm run y: begin -->${end}`])(
  "a page whose marks are not in order is refused: %j",
  (page) => {
    expect(() => betweenMarks(page, "npm run x", "new")).toThrow('needs "<!-- npm run x: begin -->" once');
  },
);

test("lines of a program are set as such, Markdown as it is, and a plot is shown from where the page lies", () => {
  const page = path.resolve("docs/measured.md");
  const lora = parseBench(["--only", "lora"]);
  expect(blockOf("2026, a machine\nA   1 s\n  b 2 s\n", { ...lora, page })).toBe(
    "2026, a machine\n\n```text\nA   1 s\n  b 2 s\n```",
  );
  const growth = parseBench(["--only", "growth", "--plot", "docs/growth.svg"]);
  expect(blockOf("2026, a machine\n| a |\n", { ...growth, page })).toBe(
    "2026, a machine\n\n![growth](growth.svg)\n\n| a |",
  );
});

test("every place in README.md and docs is one that the bench or the trust table fills", () => {
  const root = path.join(__dirname, "../..");
  const docs = readdirSync(path.join(root, "docs")).map((name) => `docs/${name}`);
  const pages = ["README.md", ...docs.filter((name) => name.endsWith(".md"))];
  const texts = pages.map((name) => readFileSync(path.join(root, name), "utf8"));
  const found = texts.flatMap((text) =>
    [...text.matchAll(/<!-- (npm run .*): begin -->/g)].map(([, command]) => command),
  );
  const known = Object.keys(PARTS).flatMap((name) =>
    (["sd15", "sdxl"] as const).map((shapes) => markOf({ name: name as keyof typeof PARTS, options: { shapes } })),
  );
  expect(found.filter((command) => ![...known, "npm run trust -- --write"].includes(command!))).toEqual([]);
  expect(found.length).toBeGreaterThan(5);
  for (const command of found)
    for (const text of texts.filter((text) => text.includes(beginOf(command!))))
      expect(() => betweenMarks(text, command!, "")).not.toThrow();
});

test("a part that no page has a place for is not run to be written", async () => {
  const argv = ["--only", "around", "--write"];
  await expect(writeBench(parseBench(argv), argv)).rejects.toThrow(/No page has a place for it/);
});
