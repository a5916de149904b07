/**
 * The licence texts of all packages that the program carries, native ones and those in its bundles, as one file. A package
 * without a text of its own gets what its README says of licences and, at the end, its licence's standard text; so does
 * what the GNU Lesser General Public License covers, whose text must travel with it.
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const STANDARD = fileURLToPath(new URL("texts", import.meta.url));
const LINE = "-".repeat(72);

/** `packages`: from a package's name to the node_modules folder that it lies in. Throws where a licence has no text. */
export async function licenceTexts(packages) {
  const standard = new Set();
  const texts = await Promise.all(
    [...packages]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(async ([name, modules]) => {
        const folder = path.join(modules, name);
        const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
        const own = await ownText(folder);
        for (const id of identifiers(license)) if (own === undefined || id.startsWith("LGPL")) standard.add(id);
        const text = own ?? `${await readmeSection(folder)}It brings no text of its own: the standard one is below.`;
        return `${name} ${version}: ${license}\n\n${text.trim()}\n`;
      }),
  );
  const standardTexts = [...standard].sort().map(async (id) => {
    const text = await readFile(path.join(STANDARD, `${id}.txt`), "utf8");
    return `The standard text of ${id}\n\n${text.trim()}\n`;
  });
  return [...texts, ...(await Promise.all(standardTexts))].join(`\n${LINE}\n\n`);
}

/** The licences that an SPDX expression names. */
export const identifiers = (expression) => expression.split(/[()\s]+|\bAND\b|\bOR\b/).filter((id) => id !== "");

async function ownText(folder) {
  const files = (await readdir(folder)).filter((each) => /^(licen[cs]e|copying|notice|thirdparty)/i.test(each));
  const texts = await Promise.all(files.sort().map((file) => readFile(path.join(folder, file), "utf8")));
  return files.some((file) => /^(licen[cs]e|copying)/i.test(file)) ? texts.join("\n") : undefined;
}

/** What a README has under "License" or "Licensing": of prebuilt libraries it lists what is inside. */
async function readmeSection(folder) {
  const readme = await readFile(path.join(folder, "README.md"), "utf8").catch(() => "");
  const [, section] = /^#+ Licen[cs](?:e|ing)\n([\s\S]*?)(?=^#|(?![\s\S]))/m.exec(readme) ?? [];
  return section === undefined ? "" : `${section.trim()}\n\n`;
}

/** The packages that esbuild put into a bundle, from its metafile. */
export function bundledPackages({ inputs }) {
  const names = Object.keys(inputs).map((file) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}
