/** The bill of materials is what CycloneDX's own schema wants; schema and validator come from the registry, into a folder of their own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(__dirname, "../..");
const PACKAGES = ["@cyclonedx/cyclonedx-library@10.3.0", "ajv@8.20.0"];
const shell = process.platform === "win32";
const isReached = spawnSync("npm", ["view", PACKAGES[0]!, "version"], { cwd: root, shell }).status === 0;
const whereReached = isReached ? test : test.skip;

/** Prints what is wrong with the bill on stdin, as JSON. */
const VALIDATE = `
  const { readFileSync } = require("fs");
  const schemas = "node_modules/@cyclonedx/cyclonedx-library/res/schema/";
  const read = (name) => JSON.parse(readFileSync(schemas + name + ".SNAPSHOT.schema.json", "utf8"));
  const Ajv = require("ajv");
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  for (const name of ["spdx", "jsf-0.82"]) ajv.addSchema(read(name), "http://cyclonedx.org/schema/" + name + ".SNAPSHOT.schema.json");
  const check = ajv.compile(read("bom-1.5"));
  check(JSON.parse(readFileSync(0, "utf8")));
  console.log(JSON.stringify(check.errors));`;

whereReached(
  `npm run sbom keeps CycloneDX's schema${isReached ? "" : " (the package registry cannot be reached)"}`,
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), "underpaint-sbom-"));
    try {
      writeFileSync(path.join(folder, "package.json"), '{ "private": true }');
      const install = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...PACKAGES];
      expect(spawnSync("npm", install, { cwd: folder, shell }).status).toBe(0);
      const errors = (bill: string) =>
        JSON.parse(
          spawnSync(process.execPath, ["-e", VALIDATE], { cwd: folder, input: bill, encoding: "utf8" }).stdout,
        );
      for (const options of [[], ["--omit=dev"]]) {
        const made = spawnSync(process.execPath, ["companion/package/sbom.mjs", ...options], {
          cwd: root,
          encoding: "utf8",
        });
        expect(JSON.parse(made.stdout).specVersion).toBe("1.5");
        expect(errors(made.stdout)).toBeNull();
      }
      expect(errors('{ "bomFormat": "CycloneDX" }')).not.toBeNull();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  180_000,
);
