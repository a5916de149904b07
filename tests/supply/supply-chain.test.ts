/** What docs/supply-chain.md says of the packages that we depend on holds for the lockfile. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { dependencies } from "../../companion/package/dependencies.mjs";
import { ALLOWED, allowedBy, EXCEPTIONS, INSTALL_SCRIPTS } from "../../companion/package/licence-rules.mjs";
import { licenceTexts } from "../../companion/package/licences.mjs";

const root = path.resolve(__dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const all = dependencies(pathToFileURL(`${root}/`));
const page = read("docs/supply-chain.md");

test("every package has a licence of the list, or a named exception, and no exception is left over", () => {
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter((each) => allowedBy(each) === undefined)).toEqual([]);
  const used = new Set(all.map(allowedBy));
  expect(EXCEPTIONS.filter(({ reason }) => !used.has(reason))).toEqual([]);
});

test("what nothing allows is refused", () => {
  for (const licence of ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "(GPL-2.0 OR AGPL-3.0)", "LGPL-3.0-or-later"])
    expect(allowedBy({ name: "x", licence, ships: true })).toBeUndefined();
  expect(allowedBy({ name: "caniuse-lite", licence: "CC-BY-4.0", ships: true })).toBeUndefined();
  expect(allowedBy({ name: "x", licence: "(MIT OR GPL-3.0-only)", ships: true })).toBe("");
});

test("the packages with install scripts are the named ones, and none may run", () => {
  const asking = all.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
  expect([...new Set(asking)].sort()).toEqual(Object.keys(INSTALL_SCRIPTS).sort());
  expect(read(".npmrc")).toMatch(/^ignore-scripts=true$/m);
});

test("every direct dependency names one version, and every package of the lockfile a digest", () => {
  const { dependencies, devDependencies, overrides } = JSON.parse(read("package.json"));
  const versions = Object.entries({ ...dependencies, ...devDependencies, ...overrides });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version as string))).toEqual([]);
  expect(all.filter(({ integrity }) => !integrity?.startsWith("sha512-"))).toEqual([]);
});

test("docs/supply-chain.md names what the rules name", () => {
  const missing = [...ALLOWED, ...Object.keys(INSTALL_SCRIPTS)].filter((name) => !page.includes(`\`${name}\``));
  expect(missing).toEqual([]);
  for (const { reason } of EXCEPTIONS) expect(page).toContain(reason);
});

test("npm run licences lists every package, and npm run sbom is CycloneDX of the same packages", () => {
  const run = (script: string) => {
    const { status, stdout } = spawnSync(process.execPath, [`companion/package/${script}.mjs`], {
      ...{ cwd: root, encoding: "utf8", maxBuffer: 1 << 26 },
    });
    expect(status).toBe(0);
    return stdout;
  };
  const rows = run("list-licences").split("\n");
  for (const { name, version, licence } of all)
    expect(rows.some((row) => row.replace(/ +/g, " ").startsWith(`${name} ${version} ${licence} `))).toBe(true);
  const sbom = JSON.parse(run("sbom"));
  expect(sbom).toMatchObject({ bomFormat: "CycloneDX", metadata: { component: { name: "underpaint" } } });
  // By their addresses: npm names an alias's component after the alias.
  const inside = sbom.components.map(({ purl }: { purl: string }) => decodeURIComponent(purl.slice("pkg:npm/".length)));
  const expected = all.map(({ name, version }) => `${name}@${version}`);
  expect([...new Set(inside)].sort()).toEqual([...new Set(expected)].sort());
});

test("what the program carries has a licence text each: its own, or the standard one with libvips's", async () => {
  const modules = path.join(root, "node_modules");
  const vips = all.find(({ name }) => name === `@img/sharp-libvips-${process.platform}-${process.arch}`);
  const names = ["ws", "onnxruntime-node", "gearhash-jit", "@bufbuild/protobuf", ...(vips ? [vips.name] : [])];
  const text = await licenceTexts(new Map(names.map((name) => [name, modules])));
  for (const name of names) expect(text).toMatch(new RegExp(`^${name} \\d`, "m"));
  expect(text).toContain("Copyright (c) Microsoft Corporation");
  const standard = ["MIT", ...(vips ? ["LGPL-3.0-or-later"] : [])];
  for (const id of standard) expect(text).toContain(`The standard text of ${id}\n`);
  if (vips) {
    expect(text).toContain("GNU LESSER GENERAL PUBLIC LICENSE");
    expect(text).toMatch(/\| libvips +\| LGPLv3/);
    expect(text).toMatch(/Their source, .*\n?.*github\.com\/lovell\/sharp-libvips, tag v\d/);
  }
  await expect(licenceTexts(new Map([["x", path.join(__dirname, "absent")]]))).rejects.toThrow(/ENOENT/);
});

test("the texts that are kept for packages are those of the versions in use", () => {
  const { onnxruntime, protobuf } =
    /protobuf` \(.*, (?<protobuf>[\d.]+)\)[\s\S]*`onnxruntime` (?<onnxruntime>[\d.]+)/.exec(
      read("companion/package/texts/README.md").replaceAll("\n", " "),
    )!.groups!;
  const versionOf = (name: string) => all.find((each) => each.name === name)!.version;
  expect(versionOf("onnxruntime-node")).toBe(onnxruntime);
  expect(versionOf("onnxruntime-common")).toBe(onnxruntime);
  expect(versionOf("@bufbuild/protobuf")).toBe(protobuf);
});
