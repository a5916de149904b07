import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const FOLDER = path.resolve(__dirname, "../../../plugin/ui");
const sources = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));

/** What a frame must be allowed by name: `allow-forms`, `allow-modals`, `allow-popups`, `allow-downloads`, `allow-same-origin`, and by policy. */
const FORBIDDEN = [
  /<form|type="submit"|onSubmit|requestSubmit/g,
  /(?<![.\w])(?:alert|confirm|prompt)\(|<dialog|showModal\(/g,
  /window\.open\(|target="_blank"|<a\s/g,
  /\sdownload=(?!\{download)/g,
  /\b(?:localStorage|sessionStorage|indexedDB)\b|document\.cookie/g,
  /navigator\.clipboard|requestFullscreen|show(?:OpenFile|SaveFile|Directory)Picker/g,
];

// Figma does not say what its frame is allowed, and the playground's is allowed nothing but scripts.
test.each(sources)("%s does nothing that the plugin's frame may forbid", (file) => {
  const source = readFileSync(path.join(FOLDER, file), "utf8");
  expect(FORBIDDEN.flatMap((pattern) => source.match(pattern) ?? [])).toEqual([]);
});
