/** What a picture's file says of its making, as settings of the panel: with the models and styles that are here. */
import type { FoundSettings, NamedFile } from "../../../shared/image-text/found-settings.ts";
import { takeLoraTags } from "../../../shared/lora-tags.ts";
import { schedulerLabel } from "../../../shared/scheduler-names.ts";
import type { Settings } from "../../bridge.ts";
import { loraNamed } from "../models/add-on-fit.ts";
import type { Companion } from "../state/state.ts";
import { t } from "../text/language.ts";

export interface FileSettings {
  readonly prompt: string;
  readonly change: Partial<Settings>;
  /** For the designer: what was taken, what is not here, what is not done. */
  readonly words: string;
}

type Here = Pick<Companion, "models" | "addOns">;

export function fileSettings(found: FoundSettings, { models, addOns }: Here): FileSettings {
  const missing: string[] = [];
  const model = found.model && oneOf(models, found.model);
  if (found.model && !model) missing.push(t.found.model(nameOf(found.model)));
  const vaes = addOns.filter(({ kind }) => kind === "vae");
  const vae = found.vae && oneOf(vaes, found.vae);
  if (found.vae && !vae) missing.push(t.found.vae(nameOf(found.vae)));
  // A tag that cannot be read stays in the prompt, where the companion says what is wrong with it.
  const { text: prompt, loras: tagged } = takeLoraTags(found.prompt, (tag) => tag);
  const wanted: readonly Wanted[] = [...found.loras, ...tagged];
  const styles = addOns.filter(({ kind }) => kind === "lora");
  const loras = wanted.flatMap(({ weight, ...file }) => {
    const lora = oneOf(styles, file) ?? loraNamed(addOns, file.name ?? "");
    if (!lora) missing.push(t.found.style(nameOf(file)));
    return lora ? [{ model: lora.id, weight }] : [];
  });
  const { negativePrompt, seed, steps, guidanceScale, scheduler, clipSkip, strength } = found;
  const numbers = { steps, guidanceScale, scheduler, clipSkip, strength };
  return {
    prompt: prompt.replace(/ {2,}/g, " ").trim(),
    change: {
      negativePrompt,
      ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
      ...(seed !== undefined && { seed, seedLocked: true }),
      ...(model && { model: model.id }),
      ...(vae && { vae: vae.id }),
      loras,
    },
    words: wordsFor(found, missing),
  };
}

type Wanted = NamedFile & { readonly weight: number };

const nameOf = ({ name, hash = "" }: NamedFile): string => name ?? hash;

/** By the digest where both have one, else by the file's name. */
function oneOf<T extends { readonly name: string; readonly id: string; readonly sha256?: string }>(
  all: readonly T[],
  { name, hash }: NamedFile,
): T | undefined {
  const byHash = hash === undefined ? undefined : all.find(({ sha256 }) => sha256?.startsWith(hash.toLowerCase()));
  const same = (text: string) => text.toLowerCase() === name?.toLowerCase();
  return byHash ?? all.find(({ id, name: shown }) => same(shown) || same(id.split("/").at(-1)!));
}

function wordsFor({ tool, seed, steps, scheduler, unused }: FoundSettings, missing: readonly string[]): string {
  const label = scheduler && schedulerLabel(scheduler);
  const taken = [
    t.found.prompt,
    ...(seed === undefined ? [] : [t.found.seed(seed)]),
    ...(steps === undefined ? [] : [t.found.steps(steps)]),
    ...(label === undefined ? [] : [label]),
  ];
  return [
    t.found.taken(tool === "Underpaint" ? null : tool, taken.join(", ")),
    ...(missing.length > 0 ? [t.found.missing(missing.join(", "))] : []),
    ...(unused.length > 0 ? [t.found.unused(unused.slice(0, 5).join(", "), unused.length > 5)] : []),
  ].join(" ");
}
