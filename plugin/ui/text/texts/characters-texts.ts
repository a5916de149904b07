import { both } from "./both.ts";

/** Characters of the file: what they look like, and how much pictures are like them. */
export const characters = both(
  {
    list: "Characters in this file",
    none: "No characters yet",
    noneHow:
      "Select pictures of somebody, and save them as a character. A section or frame called “@Ada” is one as well. Then write @Ada in a prompt. A text layer “Words” in it says what models read for the name; without one they see the pictures alone.",
    mention: (name: string) => `@${name}`,
    from: (count: number, kind: string, page: string) =>
      `${count} ${count === 1 ? "reference" : "references"} · ${kind.toLowerCase()}${page === "" ? "" : ` on “${page}”`}`,
    fromLibrary: (count: number) => `${count} ${count === 1 ? "reference" : "references"} · from a library`,
    show: "Show",
    showOnCanvas: (mention: string) => `Show ${mention} on the canvas`,
    otherPages: "Look on the other pages",
    roles: {
      face: { label: "Face", title: "Who it is" },
      outfit: { label: "Outfit", title: "What it wears" },
      style: { label: "Style", title: "Only how it is drawn" },
      composition: { label: "Layout", title: "Only where things are" },
      unused: { label: "Unused", title: "Not looked at" },
    },
    roleOf: (name: string) => `What ${name} shows`,
    inPrompts: (words: string) => `In prompts: “${words}”`,
    addLayerHow: "A picture of the selected layer goes into the character",
    setInLibrary: "Its roles are set in the library.",
    noReferences: "It has no pictures: put some into it on the canvas.",

    makeSheet: "Make a sheet",
    scenes: "One pose or scene a line",
    scenesExample: "waving\ndrinking coffee\nat night, reading",
    scenesHow: (name: string) => `Each gets a frame of its own, with a picture of ${name} in it.`,
    makeFrames: (count: number) => (count === 1 ? "Paint 1 frame" : `Paint ${count} frames`),

    saveSelection: "Save selection as…",
    save: "Save",
    name: "Name of the character",
    saved: (name: string) => `“${name}” is a character now: write @${name} in a prompt.`,
    savedBeside: (name: string) => `Saved beside the selection. Write @${name} in a prompt.`,

    inPrompt: (name: string) => `${name} comes with the prompt`,
    complete: "Characters that begin like that",

    report: "Likeness in this file",
    reportHow: "least alike first",
    check: "Check all pictures",
    checkAgain: "Check again",
    checking: "Looking at every page…",
    noPictures: "No picture of it has been placed yet.",
    likeness: {
      very: (name: string) => `very like ${name}`,
      quite: (name: string) => `like ${name}`,
      little: (name: string) => `a little like ${name}`,
      not: (name: string) => `not like ${name}`,
    },
    likenessNumber: (name: string, value: string, unlike: string) =>
      `${value} of 100 like the pictures of ${name}; drawings of something else: ${unlike}. Cosine of what an image encoder sees in both`,
  },
  {
    list: "Figuren in dieser Datei",
    none: "Noch keine Figuren",
    noneHow:
      "Wähle Bilder von jemandem aus und sichere sie als Figur. Auch ein Bereich oder Frame namens „@Ada“ ist eine. Dann schreibe @Ada in einen Prompt. Eine Textebene „Wörter“ darin sagt, was Modelle für den Namen lesen; ohne sie sehen sie nur die Bilder.",
    mention: (name) => `@${name}`,
    from: (count, kind, page) =>
      `${count} ${count === 1 ? "Referenz" : "Referenzen"} · ${kind}${page === "" ? "" : ` auf „${page}“`}`,
    fromLibrary: (count) => `${count} ${count === 1 ? "Referenz" : "Referenzen"} · aus einer Bibliothek`,
    show: "Zeigen",
    showOnCanvas: (mention) => `${mention} auf der Zeichenfläche zeigen`,
    otherPages: "Auf den anderen Seiten suchen",
    roles: {
      face: { label: "Gesicht", title: "Wer es ist" },
      outfit: { label: "Kleidung", title: "Was sie trägt" },
      style: { label: "Stil", title: "Nur wie es gezeichnet ist" },
      composition: { label: "Aufbau", title: "Nur, wo etwas ist" },
      unused: { label: "Nichts", title: "Wird nicht angesehen" },
    },
    roleOf: (name) => `Was ${name} zeigt`,
    inPrompts: (words) => `In Prompts: „${words}“`,
    addLayerHow: "Ein Bild der ausgewählten Ebene kommt in die Figur",
    setInLibrary: "Die Rollen sind in der Bibliothek festgelegt.",
    noReferences: "Sie hat keine Bilder: Lege auf der Zeichenfläche welche hinein.",

    makeSheet: "Bogen zeichnen",
    scenes: "Eine Pose oder Szene je Zeile",
    scenesExample: "waving\ndrinking coffee\nat night, reading",
    scenesHow: (name) => `Jede bekommt einen eigenen Frame mit einem Bild von ${name}.`,
    makeFrames: (count) => (count === 1 ? "1 Frame malen" : `${count} Frames malen`),

    saveSelection: "Auswahl sichern als…",
    save: "Sichern",
    name: "Name der Figur",
    saved: (name) => `„${name}“ ist jetzt eine Figur: Schreibe @${name} in einen Prompt.`,
    savedBeside: (name) => `Neben der Auswahl gesichert. Schreibe @${name} in einen Prompt.`,

    inPrompt: (name) => `${name} kommt mit dem Prompt`,
    complete: "Figuren, die so beginnen",

    report: "Ähnlichkeit in dieser Datei",
    reportHow: "am wenigsten ähnlich zuerst",
    check: "Alle Bilder prüfen",
    checkAgain: "Noch einmal prüfen",
    checking: "Jede Seite wird durchgesehen…",
    noPictures: "Noch ist kein Bild von ihr platziert.",
    likeness: {
      very: (name) => `${name} sehr ähnlich`,
      quite: (name) => `${name} ähnlich`,
      little: (name) => `${name} etwas ähnlich`,
      not: (name) => `${name} nicht ähnlich`,
    },
    likenessNumber: (name, value, unlike) =>
      `${value} von 100 wie die Bilder von ${name}; Zeichnungen von etwas anderem: ${unlike}. Kosinus dessen, was ein Bild-Encoder in beiden sieht`,
  },
);
