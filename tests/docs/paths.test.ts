import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "../..");
const pages = [
  "README.md",
  ...["docs", "findings"].flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  ),
];

test.each(pages)("the files that %s names exist", (page) => {
  const text = readFileSync(path.join(root, page), "utf8");
  const named = text.match(
    /\b(?:companion|plugin|shared|playground|starter|tests|findings|docs)\/[\w./-]+\.(?:tsx?|mjs|sh|md|json|py|png)\b/g,
  );
  expect((named ?? []).filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});
