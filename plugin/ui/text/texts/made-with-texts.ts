import { both } from "./both.ts";

/** What a picture was made with. */
export const madeWith = both(
  {
    unknownModel: "an unknown model",
    /** `others`: how many besides; `use`: one of `uses`. */
    summary: (name: string, others: number, use: string) =>
      `Made with ${name}${others === 0 ? "" : ` and ${others} more`} · commercial use ${use}`,
    licence: (licence: string) => `Licence: ${licence}`,
    noLicence: "Licence: not known. Look at the page it came from.",
    use: (use: string) => `Commercial use: ${use}`,
    digest: "SHA-256",
    digestOfFiles: "SHA-256 of its files",
    uses: { allowed: "allowed", limited: "allowed on conditions", forbidden: "not allowed", unknown: "not known" },
    roles: {
      model: "Model",
      vae: "Decoder (VAE)",
      lora: "Style (LoRA)",
      embedding: "Word (embedding)",
      control: "Control",
      "ip-adapter": "Reference (IP-Adapter)",
      redux: "Reference (FLUX.1 Redux)",
      "image-encoder": "Image encoder",
      upscaler: "Upscaler",
      motion: "Motion module",
      matting: "Matting model",
    },
  },
  {
    unknownModel: "einem unbekannten Modell",
    summary: (name, others, use) =>
      `Gemacht mit ${name}${others === 0 ? "" : ` und ${others} weiteren`} · gewerblich ${use}`,
    licence: (licence) => `Lizenz: ${licence}`,
    noLicence: "Lizenz: nicht bekannt. Sieh auf der Seite nach, von der es stammt.",
    use: (use) => `Gewerbliche Nutzung: ${use}`,
    digest: "SHA-256",
    digestOfFiles: "SHA-256 seiner Dateien",
    uses: { allowed: "erlaubt", limited: "unter Bedingungen erlaubt", forbidden: "nicht erlaubt", unknown: "unklar" },
    roles: {
      model: "Modell",
      vae: "Decoder (VAE)",
      lora: "Stil (LoRA)",
      embedding: "Wort (Embedding)",
      control: "Steuerung",
      "ip-adapter": "Referenz (IP-Adapter)",
      redux: "Referenz (FLUX.1 Redux)",
      "image-encoder": "Bild-Encoder",
      upscaler: "Upscaler",
      motion: "Bewegungsmodul",
      matting: "Freistellmodell",
    },
  },
);
