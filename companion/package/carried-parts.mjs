/** What the program carries besides packages, and whose it is: {name, text} for licences.txt. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { nodeIn } from "./systems.mjs";

/** `app`: the program's folder with starter model and tokenizer in place. */
export async function carriedParts(system, app) {
  const read = (...parts) => readFile(path.join(app, ...parts), "utf8");
  const { licence } = JSON.parse(await read("starter/weights/underpaint.json"));
  const { statement, sets } = JSON.parse(await read("starter/weights/provenance.json"));
  const lines = sets.map(
    ({ name, author, licence, licence_url }) => `- ${name}, ${author.name}: ${licence} (${licence_url})`,
  );
  return [
    { name: "Underpaint: MIT", text: await read("LICENSE") },
    { name: "The starter model: MIT", text: [licence, statement, lines.join("\n")].join("\n\n") },
    { name: "The merges of CLIP's tokenizer: MIT", text: await read("companion/tokenizer/assets/README.md") },
    {
      name: "Node.js: MIT, and the licences of what is inside it",
      text: `Its text is ${path.posix.dirname(nodeIn(system))}/LICENSE in this program's folder.`,
    },
  ];
}
