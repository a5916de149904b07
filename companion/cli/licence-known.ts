/** A licence that a person has to know before the first picture: the command line holds the panel's rule. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { mustBeKnown, withKnown } from "../../shared/licences.ts";
import { Problem } from "../../shared/problem.ts";
import type { AnyModel, Model } from "../checkpoint/model.ts";
import { factsOf } from "../library/family-facts.ts";
import type { Library } from "../library/library.ts";

export interface LicenceOptions {
  readonly library: Pick<Library, "about">;
  /** Where it is kept whose licences are known: ids of the library, or paths. */
  readonly file: string;
  /** Whether the person says now that the licence is known. */
  readonly accept: boolean;
}

/**
 * Throws Problem "licence-unknown" for a model that asks first, unless the person has said so, now or before, which is remembered;
 * "data-damaged" and "data-not-writable" for the file of what is remembered.
 */
export async function refuseUnknownLicence(model: AnyModel, { library, file, accept }: LicenceOptions): Promise<void> {
  // What is open is of one of the families.
  const own = factsOf(model as Model);
  if (!own.asksFirst) return;
  const listed = (await library.about([model.path])).get(model.path);
  const { licence = "" } = listed?.finding.kind === "model" ? listed.finding.info : own;
  const [id, known] = [listed?.id ?? model.path, readKnown(file)];
  if (!mustBeKnown({ ...own, licence }) || known.includes(id)) return;
  if (!accept)
    throw new Problem(
      "licence-unknown",
      `No picture is made with "${id}" before you know its licence (${licence}): read it on the model's page and add --accept-licence once.`,
    );
  write(file, withKnown(known, id));
}

function readKnown(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  try {
    return v.parse(v.array(v.string()), JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new Problem("data-damaged", `"${file}" cannot be read, where it is kept which licences you know: delete it.`);
  }
}

function write(file: string, known: readonly string[]): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(known), { mode: 0o600 });
  } catch (error) {
    throw new Problem(
      "data-not-writable",
      `"${file}" cannot be written (${(error as NodeJS.ErrnoException).code}), where it is kept which licences you know: check its rights.`,
    );
  }
}
