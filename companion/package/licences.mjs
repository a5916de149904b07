/**
 * The licence texts of all that the program carries, as one file: of its packages, native ones and those in its bundles; of
 * native files that other makers put into a package; and of the parts of carried-parts.mjs. A package without a text of its
 * own gets the one of texts/packages, or else what is known of its makers and, at the end, its licence's standard text; so
 * does what the GNU Lesser General Public License covers, whose text must travel with it, with the place of its source.
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { FOREIGN_FILES } from "./foreign-files.mjs";

const TEXTS = fileURLToPath(new URL("texts", import.meta.url));
const LINE = "-".repeat(72);

/**
 * `packages`: from a package's name to the node_modules folder that it lies in. `parts`: {name, text} of what is no package.
 * Throws where a licence has no text.
 */
export async function licenceTexts(packages, parts = []) {
  const standard = new Set();
  const sorted = [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = await Promise.all(sorted.map(([name, modules]) => packageText(path.join(modules, name), standard)));
  const files = await Promise.all(sorted.map(([name, modules]) => foreignFiles(path.join(modules, name), standard)));
  const standardTexts = [...standard].sort().map(async (id) => {
    const text = await readFile(path.join(TEXTS, `${id}.txt`), "utf8");
    return section(`The standard text of ${id}`, text);
  });
  const all = [
    parts.map(({ name, text }) => section(name, text)),
    texts,
    files.flat(),
    await Promise.all(standardTexts),
  ];
  return all.flat().join(`\n${LINE}\n\n`);
}

const section = (title, text) => `${title}\n\n${text.trim()}\n`;

async function packageText(folder, standard) {
  const manifest = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const { name, version, license } = manifest;
  const own = (await ownText(folder)) ?? (await keptText(name));
  const lesser = identifiers(license).filter((id) => id.startsWith("LGPL"));
  for (const id of own === undefined ? identifiers(license) : lesser) standard.add(id);
  const pieces = [
    own ?? `It brings no licence text of its own. ${makers(manifest)}The standard text is below.`,
    ...(own === undefined || lesser.length > 0 ? [await readmeSection(folder)] : []),
    ...(lesser.length > 0 ? [await sourceNotice(folder, manifest)] : []),
  ];
  return section(`${name} ${version}: ${license}`, pieces.filter((piece) => piece !== "").join("\n\n"));
}

/** The licences that an SPDX expression names. */
export const identifiers = (expression) => expression.split(/[()\s]+|\bAND\b|\bOR\b/).filter((id) => id !== "");

async function ownText(folder) {
  const files = (await readdir(folder)).filter((each) => /^(licen[cs]e|copying|notice|thirdparty)/i.test(each));
  const texts = await Promise.all(files.sort().map((file) => readFile(path.join(folder, file), "utf8")));
  return files.some((file) => /^(licen[cs]e|copying)/i.test(file))
    ? texts.map((text) => text.trim()).join("\n\n")
    : undefined;
}

const keptText = (name) =>
  readFile(path.join(TEXTS, "packages", `${name.replace("/", "+")}.txt`), "utf8").catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });

function makers({ author, repository }) {
  const name = typeof author === "string" ? author : author?.name;
  const url = addressOf(repository);
  return `${name ? `Its author is ${name}. ` : ""}${url ? `Its source and copyright notices are at ${url}. ` : ""}`;
}

const addressOf = (repository) =>
  (typeof repository === "string" ? repository : repository?.url)?.replace(/^git\+/, "").replace(/\.git$/, "");

/** What a README has under "License" or "Licensing": of prebuilt libraries it lists what is inside. */
async function readmeSection(folder) {
  const readme = (await readFile(path.join(folder, "README.md"), "utf8").catch(() => "")).replaceAll("\r\n", "\n");
  const [, text] = /^#+ Licen[cs](?:e|ing)\n([\s\S]*?)(?=^#|(?![\s\S]))/m.exec(readme) ?? [];
  return (text ?? "").trim();
}

/** Section 4 and section 6 of the licence: that it is used, where its source lies, and that the file can be replaced. */
async function sourceNotice(folder, { version, repository, name }) {
  const versions = await readFile(path.join(folder, "versions.json"), "utf8");
  const inside = Object.entries(JSON.parse(versions)).map(([library, of]) => `${library} ${of}`);
  const [file] = (await readdir(path.join(folder, "lib"))).filter((each) => /^libvips-cpp/.test(each));
  const source = name.startsWith("@img/sharp-libvips")
    ? `${addressOf(repository)}, tag v${version}`
    : `https://github.com/lovell/sharp-libvips`;
  return `Underpaint uses libvips, and the libraries inside it that the list names, under the terms of the GNU Lesser General
Public License, version 3 or later; its text and that of the GNU General Public License are below. They are linked
dynamically: ${file} in this folder's lib can be replaced by another build of the same interface.
Their source, and the scripts that build this file from it: ${source}, and for each library its
own release of this version: ${inside.join(", ")}.`;
}

/** Native files in a package that are another maker's. */
async function foreignFiles(folder, standard) {
  const files = (await readdir(folder, { recursive: true })).map((file) => path.basename(file));
  return FOREIGN_FILES.filter(({ file }) => files.includes(file)).map(({ file, licence, notice }) => {
    if (licence !== undefined) standard.add(licence);
    return section(`${file}: ${licence ?? "its maker's terms"}`, notice);
  });
}

/** The packages that esbuild put into a bundle, from its metafile. */
export function bundledPackages({ inputs }) {
  const names = Object.keys(inputs).map((file) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}
