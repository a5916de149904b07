import { both } from "./both.ts";

/** German plurals of Figma's kinds of layers that several can be of. */
const MEHRERE: Readonly<Record<string, string>> = {
  Frame: "Frames",
  Image: "Bilder",
  Rectangle: "Rechtecke",
  Ellipse: "Ellipsen",
  Component: "Komponenten",
  Group: "Gruppen",
};
const ARTEN: Readonly<Record<string, string>> = {
  Frame: "Frame",
  Group: "Gruppe",
  Section: "Abschnitt",
  Component: "Komponente",
  "Component set": "Komponentensatz",
  Instance: "Instanz",
  Rectangle: "Rechteck",
  Polygon: "Polygon",
  Star: "Stern",
  Line: "Linie",
  Vector: "Vektor",
  "Boolean shape": "Boolesche Form",
  "Text on a path": "Text auf einem Pfad",
  Image: "Bild",
};

/** What the result belongs to. */
export const selection = both(
  {
    nothing: "Nothing selected",
    nothingHow: "Select a frame, a shape or an image to paint into.",
    /** `kind`: as the plugin's main thread names it; null: of several kinds. */
    severalSelected: (count: number, kind: string | null) =>
      `${count} ${kind === null ? "layers" : `${kind.toLowerCase()}s`} selected`,
    whichPicture: (masks: number) => `Fill: which picture ${masks === 1 ? "is it" : "are they"} for?`,
    allPictures: "All of them",
    kind: (kind: string) => kind,
    exportedAt: (scale: string) => `at ${scale}× for export`,
    maskedBy: (name: string) => `masked by “${name}”`,
    maskedByShapes: (count: number) => `masked by ${count} shapes`,
    fromTo: (first: string, last: string) => `“${first}” … “${last}”`,
    useSettings: "Use its settings",
    fillUnder: (name: string) => `Fill “${name}” under it`,
  },
  {
    nothing: "Nichts ausgewählt",
    nothingHow: "Wähle einen Frame, eine Form oder ein Bild aus, um hineinzumalen.",
    severalSelected: (count, kind) => `${count} ${(kind !== null && MEHRERE[kind]) || "Ebenen"} ausgewählt`,
    whichPicture: (masks) => `Füllen: Zu welchem Bild ${masks === 1 ? "gehört die Form" : "gehören die Formen"}?`,
    allPictures: "Zu allen",
    kind: (kind) => ARTEN[kind] ?? kind,
    exportedAt: (scale) => `${scale}× im Export`,
    maskedBy: (name) => `maskiert durch „${name}“`,
    maskedByShapes: (count) => `maskiert durch ${count} Formen`,
    fromTo: (first, last) => `„${first}“ … „${last}“`,
    useSettings: "Einstellungen übernehmen",
    fillUnder: (name) => `„${name}“ darunter füllen`,
  },
);
