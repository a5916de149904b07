import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const FOLDER = path.resolve(__dirname, "../../../plugin/ui");
const sources = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".tsx"));

// Figma does not say that its frame has `allow-forms`, and the playground's has not.
test.each(sources)("%s submits no form and opens no dialog, which the plugin's frame may forbid", (file) => {
  const source = readFileSync(path.join(FOLDER, file), "utf8");
  expect(source.match(/<form|type="submit"|onSubmit|\b(?:alert|confirm|prompt)\(/g)).toBe(null);
});
