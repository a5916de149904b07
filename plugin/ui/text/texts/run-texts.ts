import { both } from "./both.ts";
import { tenths } from "./tenths.ts";

/** The primary button, what it promises, and what is missing before it works. */
export const run = both(
  {
    whatToDo: "What to do",
    modes: {
      generate: { label: "Generate", title: "A new picture for the selected layer" },
      fill: { label: "Fill", title: "Repaint the part of a picture that lies under a shape" },
      edit: { label: "Edit", title: "Change the whole picture, more or less strongly" },
    },
    onlyEdits: (model: string) => `“${model}” only edits pictures`,
    expand: "Expand",
    promises: {
      generate: "stays on this computer",
      edit: "the original stays as it is",
      hard: "outside the mask nothing changes",
      soft: "outside the mask nothing changes",
      spill: "nothing changes outside the blue",
      expand: "the picture keeps every pixel",
    },
    layerNames: { generate: "Generated", fill: "Fill", edit: "Edit", expand: "Expanded" },
    layerName: (title: string, target: string, seed: number) => `${title} – ${target} (seed ${seed})`,
    variationLabel: "Variation: another one paints every layer anew",
    variation: (number: number) => `Variation ${number}`,
    nothingAnew: "Every layer shows its picture already. Another variation paints all of them anew.",
    keptAsTheyAre: (count: number) =>
      count === 1
        ? "One layer keeps its picture: nothing changed."
        : `${count} layers keep their pictures: nothing changed.`,
    pictures: "Pictures",
    reading: "Reading the layers…",
    about: (time: string) => `About ${time}`,
    memory: (need: number, of: number) => `${tenths("en", need)} of ${tenths("en", of)} GB`,
    seconds: (count: number) => `${count} s`,
    minutes: (count: number) => `${count} min`,
    soft: (made: string, scale: string, needed: string) =>
      `It will look soft: ${made} px, and at ${scale}× this layer shows ${needed}. Enlarge it afterwards.`,
    /** Before the first picture with a model or an add-on. */
    licences: {
      forbidden: (name: string) => `What “${name}” makes must not be used commercially`,
      limited: (name: string) => `What “${name}” makes may be used commercially on conditions`,
      unknown: (name: string) => `Nothing says what may be done with what “${name}” makes: look where it came from`,
    },
    understood: "Understood",
    missing: {
      modelGone: "Choose a model: the last one is gone",
      model: "Add a model first",
      licence: (name: string) => `Say above that you know the licence of ${name}`,
      layer: "Select a layer first",
      onePicture: "Fill repairs one picture: select it and a shape above it",
      another: "Select another layer",
      mask: "Select a picture and a shape above it",
      maskOrEdges: "Drag an edge of the picture outward, or draw a shape over it",
      coversNothing: "The shape covers nothing yet",
      nothingToChange: (name: string) => `There is nothing to change in “${name}” yet`,
      shorterPrompt: "The prompt is too long: shorten it",
      shorterNegative: "The negative prompt is too long: shorten it",
      prompt: "Describe the picture first",
      followed: (model: string) => `Choose a picture to follow: “${model}” needs one`,
    },
  },
  {
    whatToDo: "Was geschehen soll",
    modes: {
      generate: { label: "Generieren", title: "Ein neues Bild für die ausgewählte Ebene" },
      fill: { label: "Füllen", title: "Den Teil eines Bildes neu malen, der unter einer Form liegt" },
      edit: { label: "Ändern", title: "Das ganze Bild verändern, mehr oder weniger stark" },
    },
    onlyEdits: (model) => `„${model}“ verändert nur Bilder`,
    expand: "Erweitern",
    promises: {
      generate: "bleibt auf diesem Computer",
      edit: "das Original bleibt, wie es ist",
      hard: "außerhalb der Maske bleibt alles",
      soft: "außerhalb der Maske bleibt alles",
      spill: "außerhalb des Blauen bleibt alles",
      expand: "das Bild behält jedes Pixel",
    },
    layerNames: { generate: "Generiert", fill: "Füllung", edit: "Änderung", expand: "Erweitert" },
    layerName: (title, target, seed) => `${title} – ${target} (Seed ${seed})`,
    variationLabel: "Variation: Eine andere malt jede Ebene neu",
    variation: (number) => `Variation ${number}`,
    nothingAnew: "Jede Ebene zeigt ihr Bild schon. Eine andere Variation malt alle neu.",
    keptAsTheyAre: (count) =>
      count === 1
        ? "Eine Ebene behält ihr Bild: Nichts hat sich geändert."
        : `${count} Ebenen behalten ihr Bild: Nichts hat sich geändert.`,
    pictures: "Bilder",
    reading: "Lese die Ebenen…",
    about: (time) => `Etwa ${time}`,
    memory: (need, of) => `${tenths("de", need)} von ${tenths("de", of)} GB`,
    seconds: (count) => `${count} s`,
    minutes: (count) => `${count} min`,
    soft: (made, scale, needed) =>
      `Es wird weich aussehen: ${made} px, und bei ${scale}× zeigt diese Ebene ${needed}. Vergrößere es danach.`,
    licences: {
      forbidden: (name) => `Was „${name}“ malt, darf nicht gewerblich genutzt werden`,
      limited: (name) => `Was „${name}“ malt, darf unter Bedingungen gewerblich genutzt werden`,
      unknown: (name) => `Nirgends steht, was mit Bildern von „${name}“ erlaubt ist: Sieh nach, woher es stammt`,
    },
    understood: "Verstanden",
    missing: {
      modelGone: "Wähle ein Modell: Das letzte ist nicht mehr da",
      model: "Füge zuerst ein Modell hinzu",
      licence: (name) => `Sag oben, dass du die Lizenz von ${name} kennst`,
      layer: "Wähle zuerst eine Ebene aus",
      onePicture: "Füllen geht für ein Bild: Wähle es und eine Form darüber aus",
      another: "Wähle eine andere Ebene aus",
      mask: "Wähle ein Bild und eine Form darüber aus",
      maskOrEdges: "Zieh eine Kante des Bildes nach außen oder zeichne eine Form darüber",
      coversNothing: "Die Form verdeckt noch nichts",
      nothingToChange: (name) => `In „${name}“ gibt es noch nichts zu ändern`,
      shorterPrompt: "Der Prompt ist zu lang: Kürze ihn",
      shorterNegative: "Der negative Prompt ist zu lang: Kürze ihn",
      prompt: "Beschreibe zuerst das Bild",
      followed: (model) => `Wähle ein Bild, dem gefolgt wird: „${model}“ braucht eins`,
    },
  },
);
