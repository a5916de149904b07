/** What people want to know of the files that a picture was made with: names, licences, and what they are made of. */
import { USED_LIMITS, type UsedAs, type UsedModel } from "../../shared/used-model.ts";
import { digestOf, filesOf } from "./digests.ts";
import type { Hashes } from "./hashes.ts";
import type { Finding } from "./inspect.ts";
import type { Library } from "./library.ts";
import { nameOf } from "./name-of.ts";
import { plainText } from "./plain-text.ts";

/** A file or folder that a picture was made with. */
export interface Use {
  readonly as: UsedAs;
  /** Absolute. */
  readonly path: string;
  /** As the request calls it. Absent: it was left to the library to choose. */
  readonly name?: string;
}

export interface UsedModelsOptions {
  readonly library: Pick<Library, "about">;
  /** What is not known yet is read, once: a result says in any case what made it. */
  readonly hashes: Hashes;
}

/** In the order of `uses`, each once. */
export async function usedModels(
  uses: readonly Use[],
  { library, hashes }: UsedModelsOptions,
): Promise<readonly UsedModel[]> {
  const once = [...new Map(uses.map((use) => [`${use.as} ${use.path}`, use])).values()].slice(0, USED_LIMITS.models);
  const files = once.map(({ path }) => filesOf(path));
  hashes.refresh();
  hashes.want(files.flat(), () => {});
  await hashes.idle();
  const about = await library.about(once.map(({ path }) => path));
  return once.map(({ as, path, name }, i) => {
    const known = about.get(path);
    const facts = known && factsOf(known.finding);
    const digest = digestOf(path, files[i]!, hashes);
    const isFile = files[i]!.length === 1 && files[i]![0] === path;
    const licence = facts?.licence ?? known?.licence;
    return {
      ...{ id: name ?? known?.id ?? nameOf(path), name: facts?.name ?? plainText(nameOf(path)), as },
      ...(facts?.family && { family: facts.family }),
      ...(digest !== undefined && (isFile ? { sha256: digest } : { filesSha256: digest })),
      ...(licence !== undefined && { licence: licence.slice(0, USED_LIMITS.licence) }),
    };
  });
}

interface Facts {
  readonly name: string;
  readonly family?: string;
  readonly licence?: string;
}

function factsOf(finding: Finding): Facts | undefined {
  if (finding.kind === "model") {
    const { name, family, licence } = finding.info;
    return { name, family: family.name, licence };
  }
  if (!("addOn" in finding)) return undefined;
  const { name, families, licence } = finding.addOn;
  return { name, family: families.map((each) => each.name).join(", "), licence };
}
