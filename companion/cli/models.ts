/** `underpaint models`: what is installed, and what is worth installing. */
import { parseArgs } from "node:util";
import { familyInWords } from "../../shared/family-in-words.ts";
import { Problem } from "../../shared/problem.ts";
import type { AddOnInfo, ModelInfo } from "../../shared/protocol.ts";
import { readConfig } from "../config.ts";
import { recommendedModels } from "../library/catalogue.ts";
import { autoV2, Hashes } from "../library/hashes.ts";
import { type Library, openLibrary } from "../library/library.ts";
import { withHash } from "../library/live-library.ts";
import { visible } from "../library/plain-text.ts";
import { sentence } from "./sentence.ts";
import { Terminal } from "./terminal.ts";

const size = (bytes: number) => (bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);

const OPTIONS = {
  models: { type: "string", multiple: true },
  hash: { type: "boolean", default: false },
} as const;

/** The headings of the list, in its order. */
const KINDS = [
  ["LoRAs", "lora"],
  ["ControlNets and T2I-Adapters", "control"],
  ["Embeddings", "embedding"],
  ["VAEs", "vae"],
  ["Upscalers", "upscaler"],
  ["Matting models", "matting"],
] as const;

/** With --hash every file is read for its hash. Resolves to the exit code. Throws Problem "request-invalid", "config-invalid". */
export async function runModels(args: string[]): Promise<number> {
  const { models: folders, hash } = readArguments(args);
  const config = readConfig({ models: folders });
  const library = openLibrary({ folders: config.modelsFolders, starter: config.starter, cache: config.findings });
  const { models, addOns, problems } = await library.list();
  const hashes = new Hashes({ file: config.hashesFile, restMs: 0 });
  if (hash) await hashAll([...models, ...addOns], { library, hashes });
  const known = <T extends ModelInfo | AddOnInfo>(info: T): T => withHash(info, { library, hashes });

  const terminal = new Terminal();
  const { bold, dim, yellow, cyan } = terminal;
  const heading = (text: string) => terminal.print(`\n  ${bold(text)}`);
  const item = (name: string, facts: readonly (string | undefined)[]) =>
    terminal.print(`  ${visible(name)}  ${dim(visible(facts.filter((fact) => fact !== undefined).join(" · ")))}`);
  const more = (label: string, text: string | undefined) =>
    text !== undefined && text !== "" && terminal.print(`      ${dim(`${label}: ${visible(text)}`)}`);
  const hashOf = ({ sha256 }: { readonly sha256?: string }) => sha256 && `AutoV2 ${autoV2(sha256)}`;

  heading("Models");
  for (const model of models.map(known)) {
    item(model.name, [model.id, familyInWords(model.family), `${model.nativeSize} px`, hashOf(model)]);
    more("Note", model.note);
    more("Licence", model.licence);
  }
  for (const [title, kind] of KINDS) {
    const these = addOns.filter((addOn) => addOn.kind === kind).map(known);
    if (these.length > 0) heading(title);
    for (const addOn of these) {
      item(addOn.name, [addOn.id, addOn.controlKind && CONTROL[addOn.controlKind], goesWith(addOn), hashOf(addOn)]);
      more("Trigger words", addOn.triggerWords.join(", "));
      more("Suggested weight", addOn.suggestedWeight?.toString());
      more("Licence", addOn.licence);
    }
  }
  if (problems.length > 0) heading("Files that can't be used");
  for (const { name, problem } of problems)
    terminal.print(`  ${yellow("!")} ${visible(name)}  ${dim(sentence(problem))}`);
  heading("Recommended");
  const recommended = recommendedModels(config.modelsFolders[0]).filter(({ installed }) => !installed);
  for (const { name, family, repo, bytes, memoryBytes, goodFor, licence } of recommended) {
    item(name, [family, `${size(bytes)} on disk`, `${size(memoryBytes)} of memory`]);
    terminal.print(`      ${goodFor}`);
    terminal.print(`      ${dim(licence)}`);
    terminal.print(`      ${cyan(`underpaint download ${repo}`)}`);
  }
  terminal.print();
  return 0;
}

function goesWith({ families, upscaler, matting }: AddOnInfo): string {
  if (matting) return `${matting.architecture}, cuts out subjects`;
  if (upscaler) return `${upscaler.architecture}, ${upscaler.scale} times as large`;
  return families.map(({ name }) => name).join(" or ") || "family not told by the file";
}

const CONTROL = { controlnet: "ControlNet", "t2i-adapter": "T2I-Adapter", union: "ControlNet" } as const;

/** Resolves when every file's hash is known, or its file is gone. */
async function hashAll(
  infos: readonly { readonly id: string }[],
  { library, hashes }: { readonly library: Library; readonly hashes: Hashes },
): Promise<void> {
  hashes.want(
    infos.flatMap(({ id }) => library.fileOf(id) ?? []),
    () => {},
  );
  await hashes.idle();
}

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Problem("request-invalid", `${(error as Error).message}: "underpaint help" shows what there is.`);
  }
}
