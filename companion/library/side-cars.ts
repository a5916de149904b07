/**
 * What the programs of the field leave beside a model's file: `NAME` + one of these endings. Beside `ink.safetensors` that is
 * `ink.preview.png`, and with some `ink.safetensors.rgthree-info.json`. For a folder, `NAME` is the folder's.
 */
import { SAFETENSORS } from "./name-of.ts";

/** A1111 and Forge, SD.Next, ComfyUI, StabilityMatrix, SwarmUI; most particular first. */
const PICTURES = ["preview", "thumb", "thumbnail"]
  .flatMap((kind) => ["png", "jpg", "jpeg", "webp"].map((format) => `.${kind}.${format}`))
  .concat([".png", ".jpg", ".jpeg", ".webp"]);

/**
 * A1111's card, Civitai Helper's record, StabilityMatrix', Civicomfy's, ComfyUI-Lora-Manager's, rgthree's, SwarmUI's, and plain
 * words.
 */
const NOTES = [
  ".civitai.info",
  ".cm-info.json",
  ".cminfo.json",
  ".metadata.json",
  ".rgthree-info.json",
  ".swarm.json",
  ".json",
  ".txt",
];

/** What changes how a model draws, or what people begin with: companion/checkpoint/files/beside.ts, side-notes.ts. */
const SETTINGS = [".yaml", ".vae.safetensors", ".underpaint.json"];

export interface SideCar {
  readonly file: string;
  readonly kind: "picture" | "note" | "setting";
  /** As in the tables above. */
  readonly ending: string;
}

const ENDINGS = [
  ...SETTINGS.map((ending) => ({ ending, kind: "setting" as const })),
  ...PICTURES.map((ending) => ({ ending, kind: "picture" as const })),
  ...NOTES.map((ending) => ({ ending, kind: "note" as const })),
];

/**
 * The side-cars among a folder's file names, by the `NAME` that they are for; pictures that are made to be previews come
 * first. `place` makes a path of a file's name.
 */
export function sideCars(names: readonly string[], place: (name: string) => string): Map<string, SideCar[]> {
  const found = new Map<string, SideCar[]>();
  for (const name of names) {
    const lower = name.toLowerCase();
    const match = ENDINGS.find(({ ending }) => lower.endsWith(ending));
    if (match === undefined) continue;
    const owner = name.slice(0, -match.ending.length).replace(SAFETENSORS, "");
    found.set(owner, [...(found.get(owner) ?? []), { ...match, file: place(name) }]);
  }
  const rank = ({ ending }: SideCar) => ENDINGS.findIndex((other) => other.ending === ending);
  for (const cars of found.values()) cars.sort((a, b) => rank(a) - rank(b));
  return found;
}
