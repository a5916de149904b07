/** What a picture was made with, and what the licences of that say, in a designer's words. */
import { type CommercialUse, commercialUseOf, licenceInWords } from "../../../shared/licences.ts";
import type { UsedAs, UsedModel } from "../../../shared/used-model.ts";

const ROLES: Readonly<Record<UsedAs, string>> = {
  model: "Model",
  vae: "Decoder (VAE)",
  lora: "Style (LoRA)",
  embedding: "Word (embedding)",
  control: "Control",
  "ip-adapter": "Reference (IP-Adapter)",
  "image-encoder": "Image encoder",
  upscaler: "Upscaler",
};

const USES: Readonly<Record<CommercialUse | "unknown", string>> = {
  allowed: "allowed",
  limited: "allowed on conditions",
  forbidden: "not allowed",
  unknown: "not known",
};
/** The strictest first. */
const STRICTEST = ["forbidden", "unknown", "limited", "allowed"] as const;

const useOf = ({ licence = "" }: UsedModel) => commercialUseOf(licence) ?? "unknown";

/** "Made with Starter and 1 more · commercial use allowed": of several licences the strictest counts. */
export function madeWithInWords(models: readonly UsedModel[]): string {
  const [first, ...others] = models;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const uses = models.map(useOf);
  const use = STRICTEST.find((each) => uses.includes(each)) ?? "unknown";
  return `Made with ${first?.name ?? "an unknown model"}${more} · commercial use ${USES[use]}`;
}

export interface UsedModelWords {
  readonly name: string;
  readonly about: string;
  readonly licence: string;
  readonly use: string;
}

export function usedModelInWords(model: UsedModel): UsedModelWords {
  const { name, as, family, licence } = model;
  return {
    name,
    about: [as && ROLES[as], family].filter(Boolean).join(" · "),
    licence:
      licence === undefined
        ? "Licence: not known. Look at the page it came from."
        : `Licence: ${licenceInWords(licence)}`,
    use: `Commercial use: ${USES[useOf(model)]}`,
  };
}
