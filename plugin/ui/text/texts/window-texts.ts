import { both } from "./both.ts";

/** The window's frame: header, notices, what is dropped into it. */
export const window = both(
  {
    dropReferences: "Drop pictures to use them as references",
    dropPicture: "Drop a picture to use its prompt and settings, or as a reference",
    modelsAndDevice: "Models and device",
    chooseModel: "Choose a model",
    noModel: "No model",
    painting: (count: number) => `Painting ${count}…`,
    pictures: (count: number) => `Pictures (${count})`,
    startingEngine: "Starting the engine…",
    notAnswering: "The companion is not answering. Start it again: nothing is lost.",
    placeOverAnyway: "Place over it anyway",
    placeAsNewLayer: "Place as new layer",
    placed: "Placed on the canvas.",
    coversWhole: "The layer has changed since, so the whole picture covers it.",
    unreadableJob: "A picture that another version of Underpaint asked for can’t be read, and was given up.",
    fillsFromBefore: "Its fills are those from before.",
    seedLocked: (seed: number) => `Seed ${seed} is locked: the next picture is this one again, until you unlock it.`,
    settingsRecalled: "Its settings are in the panel. Generate makes new variants of it.",
  },
  {
    dropReferences: "Bilder hier ablegen, um sie als Referenzen zu verwenden",
    dropPicture: "Bild hier ablegen: für Prompt und Einstellungen oder als Referenz",
    modelsAndDevice: "Modelle und Gerät",
    chooseModel: "Modell wählen",
    noModel: "Kein Modell",
    painting: (count) => `${count} in Arbeit…`,
    pictures: (count) => `Bilder (${count})`,
    startingEngine: "Wird gestartet…",
    notAnswering: "Der Companion antwortet nicht. Starte ihn neu: Es geht nichts verloren.",
    placeOverAnyway: "Trotzdem darüber platzieren",
    placeAsNewLayer: "Als neue Ebene platzieren",
    placed: "Auf der Zeichenfläche platziert.",
    coversWhole: "Die Ebene hat sich seitdem geändert, deshalb deckt das ganze Bild sie zu.",
    unreadableJob:
      "Ein Bild, das eine andere Version von Underpaint angefordert hat, ist nicht lesbar und wurde aufgegeben.",
    fillsFromBefore: "Die Füllungen sind wieder wie vorher.",
    seedLocked: (seed) => `Seed ${seed} ist gesperrt: Das nächste Bild wird wieder dieses, bis du ihn entsperrst.`,
    settingsRecalled: "Die Einstellungen stehen im Fenster. „Generieren“ macht neue Varianten.",
  },
);
