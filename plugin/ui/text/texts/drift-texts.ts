import { both } from "./both.ts";
import { tenths } from "./tenths.ts";

/** What models that draw a picture anew do to it besides what they were asked for. */
export const drift = both(
  {
    title: "What stays as it was",
    how: "Such models move and tint a picture a little as they draw it anew. What did not change can be put back exactly.",
    place: "Put back what moved",
    placeHow: "Moves and resizes the result, where it was measured, so that what did not change lies where it lay",
    color: "Bring colours back",
    colorHow: "Undoes a tint, where it was measured; where you ask for other colours all over, they stay",
    moved: (pixels: number) => `moved by ${tenths("en", pixels)} px`,
    larger: (percent: number) => `${tenths("en", percent)} % larger`,
    smaller: (percent: number) => `${tenths("en", percent)} % smaller`,
    wider: (percent: number) => `${tenths("en", percent)} % wider`,
    narrower: (percent: number) => `${tenths("en", percent)} % narrower`,
    higher: (percent: number) => `${tenths("en", percent)} % higher`,
    lower: (percent: number) => `${tenths("en", percent)} % lower`,
    tinted: (levels: number) => `tinted by ${tenths("en", levels)} of 255`,
    putBack: (what: string) => `The model’s picture was ${what}: put back.`,
    inPlace: "What did not change lies where it lay, in its colours.",
    colorsChanged: "Its colours changed all over, so they stay as the model made them.",
    unknown: "Too little stayed the same to tell what moved: it is as the model made it.",
  },
  {
    title: "Was bleibt, wie es war",
    how: "Solche Modelle verschieben und tönen ein Bild ein wenig, wenn sie es neu malen. Was sich nicht geändert hat, lässt sich genau zurücksetzen.",
    place: "Verschobenes zurücksetzen",
    placeHow:
      "Verschiebt das Ergebnis und ändert seine Größe, wo das gemessen wurde: Was gleich blieb, liegt, wo es lag",
    color: "Farben zurückholen",
    colorHow: "Nimmt einen Farbstich weg, wo er gemessen wurde; wo du überall andere Farben willst, bleiben sie",
    moved: (pixels) => `um ${tenths("de", pixels)} px verschoben`,
    larger: (percent) => `um ${tenths("de", percent)} % größer`,
    smaller: (percent) => `um ${tenths("de", percent)} % kleiner`,
    wider: (percent) => `um ${tenths("de", percent)} % breiter`,
    narrower: (percent) => `um ${tenths("de", percent)} % schmaler`,
    higher: (percent) => `um ${tenths("de", percent)} % höher`,
    lower: (percent) => `um ${tenths("de", percent)} % niedriger`,
    tinted: (levels) => `um ${tenths("de", levels)} von 255 getönt`,
    putBack: (what) => `Das Bild des Modells war ${what}: zurückgesetzt.`,
    inPlace: "Was sich nicht geändert hat, liegt, wo es lag, in seinen Farben.",
    colorsChanged: "Die Farben haben sich überall geändert und bleiben, wie das Modell sie malte.",
    unknown: "Zu wenig blieb gleich, um zu messen, was sich verschob: Es ist, wie das Modell es malte.",
  },
);
