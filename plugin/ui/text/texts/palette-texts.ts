import { both } from "./both.ts";
import { tenths } from "./tenths.ts";

/** The colours that results are brought to. */
export const palette = both(
  {
    title: "Colours",
    asMade: "as the model makes them",
    fromFile: "Of this file",
    fromFileHow: "Bring results to the colours of this file’s styles and variables",
    fromLayer: "Of the selection",
    fromLayerHow: "Bring results to the main colours of the selected layer",
    none: "This file keeps no colours in styles or variables. Take them from a layer instead.",
    takeOut: (name: string) => `${name}: take it out`,
    strength: "How closely results keep to these colours",
    hint: "A tint",
    exactly: "Exactly",
    clear: "As the model makes them",
    count: (count: number) => (count === 1 ? "1 colour" : `${count} colours`),
    style: "Style of it",
    styleHow: "Let results look like the selected layer, in its colours, whatever it shows",
    distance: (after: number, before: number) =>
      `Its colours are ΔE ${tenths("en", after)} from the palette; as the model made them they were ${tenths("en", before)} away.`,
  },
  {
    title: "Farben",
    asMade: "wie das Modell sie malt",
    fromFile: "Dieser Datei",
    fromFileHow: "Ergebnisse in die Farben der Stile und Variablen dieser Datei bringen",
    fromLayer: "Der Auswahl",
    fromLayerHow: "Ergebnisse in die Hauptfarben der ausgewählten Ebene bringen",
    none: "Diese Datei hat keine Farben in Stilen oder Variablen. Nimm sie stattdessen aus einer Ebene.",
    takeOut: (name) => `${name}: herausnehmen`,
    strength: "Wie genau Ergebnisse diese Farben treffen",
    hint: "Ein Hauch",
    exactly: "Genau",
    clear: "Wie das Modell sie malt",
    count: (count) => (count === 1 ? "1 Farbe" : `${count} Farben`),
    style: "Stil davon",
    styleHow: "Ergebnisse sollen aussehen wie die ausgewählte Ebene, in ihren Farben, was immer sie zeigt",
    distance: (after, before) =>
      `Die Farben liegen ΔE ${tenths("de", after)} neben der Palette; wie das Modell sie malte, waren es ${tenths("de", before)}.`,
  },
);
