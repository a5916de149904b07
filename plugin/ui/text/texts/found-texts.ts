import { both } from "./both.ts";

/** What was read out of a dropped picture. */
export const found = both(
  {
    model: (name: string) => `model “${name}”`,
    vae: (name: string) => `autoencoder “${name}”`,
    style: (name: string) => `style “${name}”`,
    prompt: "prompt",
    seed: (seed: number) => `seed ${seed}`,
    steps: (steps: number) => `${steps} steps`,
    /** `tool`: null of our own. */
    taken: (tool: string | null, what: string) => `Taken from ${tool === null ? "the" : `${tool}’s`} picture: ${what}.`,
    missing: (what: string) => `Not on this computer: ${what}.`,
    unused: (what: string, more: boolean) => `Not used: ${what}${more ? " and more" : ""}.`,
  },
  {
    model: (name) => `Modell „${name}“`,
    vae: (name) => `Autoencoder „${name}“`,
    style: (name) => `Stil „${name}“`,
    prompt: "Prompt",
    seed: (seed) => `Seed ${seed}`,
    steps: (steps) => `${steps} Schritte`,
    taken: (tool, what) => `Aus dem Bild${tool === null ? "" : ` von ${tool}`} übernommen: ${what}.`,
    missing: (what) => `Nicht auf diesem Computer: ${what}.`,
    unused: (what, more) => `Nicht verwendet: ${what}${more ? " und mehr" : ""}.`,
  },
);
