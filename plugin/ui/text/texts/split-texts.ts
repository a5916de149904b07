import { both } from "./both.ts";

/** A picture taken apart into layers. */
export const split = both(
  {
    label: "What happens to the picture",
    ways: {
      change: { label: "Change it", title: "A new version of the whole picture" },
      split: { label: "Split into layers", title: "A group of layers that make the picture up" },
    },
    layers: "Layers",
    finely: "Finer layers, which take more than twice as long",
    verb: "Split",
    hint: (model: string) =>
      `“${model}” draws every layer anew, with what others hide, and puts them over the picture as one group.`,
    undescribed:
      "Say below what is in the picture for cleaner layers: without words the model is only told that there is a subject in front of a background.",
    describe: "What is in the picture? Hidden things too",
    onlySplits: (model: string) => `“${model}” only splits pictures into layers`,
    promise: "the original stays below the group",
    layer: (number: number) => (number === 1 ? "Background" : `Layer ${number}`),
    tag: (count: number) => `${count} layers`,
    incomplete: "Not all layers arrived. Split the picture again.",
  },
  {
    label: "Was mit dem Bild geschieht",
    ways: {
      change: { label: "Verändern", title: "Eine neue Fassung des ganzen Bildes" },
      split: { label: "In Ebenen zerlegen", title: "Eine Gruppe von Ebenen, die das Bild ergeben" },
    },
    layers: "Ebenen",
    finely: "Feinere Ebenen, die mehr als doppelt so lang brauchen",
    verb: "Zerlegen",
    hint: (model) =>
      `„${model}“ malt jede Ebene neu, auch was andere verdecken, und legt sie als eine Gruppe über das Bild.`,
    undescribed:
      "Sag unten, was auf dem Bild ist, dann werden die Ebenen sauberer: Ohne Worte hört das Modell nur, dass ein Motiv vor einem Hintergrund steht.",
    describe: "Was ist auf dem Bild? Auch Verdecktes",
    onlySplits: (model) => `„${model}“ zerlegt Bilder nur in Ebenen`,
    promise: "das Original bleibt unter der Gruppe",
    layer: (number) => (number === 1 ? "Hintergrund" : `Ebene ${number}`),
    tag: (count) => `${count} Ebenen`,
    incomplete: "Nicht alle Ebenen sind angekommen. Zerlege das Bild noch einmal.",
  },
);
