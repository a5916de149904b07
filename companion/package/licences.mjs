/** The licence texts of all packages that the program carries, native ones and those in its bundle, as one file. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** `names` are folders below `modules`. */
export async function licenceTexts(names, modules) {
  const texts = await Promise.all(
    [...names].sort().map(async (name) => {
      const folder = path.join(modules, name);
      const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
      const file = (await readdir(folder)).find((each) => /^(licen[cs]e|copying)/i.test(each));
      const text = file === undefined ? "" : `\n${(await readFile(path.join(folder, file), "utf8")).trim()}\n`;
      return `${name} ${version}: ${typeof license === "string" ? license : "see its text"}\n${text}`;
    }),
  );
  return `${texts.join(`\n${"-".repeat(72)}\n\n`)}`;
}

/** The packages that esbuild put into a bundle, from its metafile. */
export function bundledPackages({ inputs }) {
  const names = Object.keys(inputs).map((file) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}
