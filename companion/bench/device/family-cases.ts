/** Pictures that diffusers made with tiny models of every family, one for everything that a request can ask for: tests/fixtures/parity. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../root.ts";
import { writeSeededWeights } from "./seeded-weights.ts";

export interface FamilyCase {
  readonly name: string;
  /** Holds request.json and expected.safetensors. */
  readonly folder: string;
}

/**
 * The first case for each model, and of each family for each thing that a request can ask for. Undefined where the program does not
 * lie in its project. Writes the models' weights, unless they are there.
 */
export function familyCases(): readonly FamilyCase[] | undefined {
  const fixtures = path.join(packageRoot(), "tests/fixtures/parity");
  if (!existsSync(fixtures)) return undefined;
  writeSeededWeights(fixtures);
  const families = readdirSync(fixtures).filter((name) => name === "cases" || name.endsWith("-cases"));
  const known = new Set<string>();
  return families.flatMap((family) =>
    readdirSync(path.join(fixtures, family)).flatMap((name) => {
      const folder = path.join(fixtures, family, name);
      const request = JSON.parse(readFileSync(path.join(folder, "request.json"), "utf8"));
      const traits = [request.model, ...Object.keys(request).map((key) => `${family} ${key}`)];
      const isNew = traits.some((trait) => !known.has(trait));
      for (const trait of traits) known.add(trait);
      return isNew ? [{ name, folder }] : [];
    }),
  );
}
