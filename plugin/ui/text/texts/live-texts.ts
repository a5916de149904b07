import { both } from "./both.ts";

/** Live: a frame that is painted anew while it is edited. */
export const live = both(
  {
    label: "Live",
    hint: "Paints it again whenever you edit it",
    hintOn: (name: string) => `Edit anything in “${name}”`,
    title: (name: string) => `Live: ${name}`,
    picture: (name: string) => `“${name}”, repainted`,
    repaintedIn: (seconds: string) => `Repainted in ${seconds} s`,
    first: "Painting it for the first time …",
    waits: (ahead: number) => `Waits for ${ahead === 1 ? "one picture" : `${ahead} pictures`} of others`,
    away: "Goes on as soon as the companion is back",
    keep: "Keep",
    madeWith: (seed: number, steps: number, how: "exact" | "fast" | "narrow") =>
      `seed ${seed} · ${steps === 1 ? "1 step" : `${steps} steps`} · ${{ exact: "exact", fast: "fast", narrow: "fewer bits" }[how]}`,
    kept: "Kept as a layer",
    promise: "only Keep changes the file",
  },
  {
    label: "Live",
    hint: "Malt neu, sobald du etwas änderst",
    hintOn: (name) => `Bearbeite etwas in „${name}“`,
    title: (name) => `Live: ${name}`,
    picture: (name) => `„${name}“, neu gemalt`,
    repaintedIn: (seconds) => `In ${seconds} s neu gemalt`,
    first: "Malt zum ersten Mal …",
    waits: (ahead) => `Wartet auf ${ahead === 1 ? "ein anderes Bild" : `${ahead} andere Bilder`}`,
    away: "Geht weiter, sobald der Companion wieder da ist",
    keep: "Behalten",
    madeWith: (seed, steps, how) =>
      `Seed ${seed} · ${steps === 1 ? "1 Schritt" : `${steps} Schritte`} · ${{ exact: "genau", fast: "schnell", narrow: "weniger Bits" }[how]}`,
    kept: "Als Ebene behalten",
    promise: "nur Behalten ändert die Datei",
  },
);
