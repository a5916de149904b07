import { both } from "./both.ts";

const quoted = (names: readonly string[], [before, after]: readonly [string, string]) =>
  names.map((name) => `${before}${name}${after}`).join(", ");

/** A key visual's other formats. */
export const artboards = both(
  {
    open: "Make a set of formats…",
    subject: "What must be seen",
    subjectHow: "The box stays whole and away from the edges in every format. Drag to draw another one.",
    subjectAt: ([left, top, width, height]: readonly [string, string, string, string]) =>
      `Subject: ${left} from the left, ${top} from the top, ${width} wide, ${height} high. Arrow keys move it; with Shift they change its size.`,
    findAgain: "As it was found",
    formats: "Formats",
    own: "Own size",
    addOwn: "Own size…",
    width: "Width",
    height: "Height",
    closeness: "How much of the picture is seen",
    whole: "Whole picture",
    close: "Close up",
    onlyCropped: "only cropped",
    painted: (share: string) => `${share} painted`,
    tooLarge: (name: string) => `“${name}” is larger than the safe area: it stays as large as it is`,
    onSubject: (name: string) => `“${name}” lies on the subject`,
    leftOut: (names: readonly string[]) =>
      `Not in the set, since ${names.length === 1 ? "it lies" : "they lie"} all over the picture: ${quoted(names, ["“", "”"])}.`,
    chooseSome: "Choose at least one format.",
    make: (count: number) => (count === 1 ? "Make 1 frame" : `Make ${count} frames`),
    toPaint: (open: number, cropped: number) =>
      [open > 0 ? `${open} to paint` : "", cropped > 0 ? `${cropped} only cropped` : ""].filter(Boolean).join(" · "),
    withoutWords: "Painted without a prompt",
    withWords: (prompt: string) => `Painted with “${prompt}”`,
    made: (count: number, cropped: number) =>
      `${count === 1 ? "1 frame" : `${count} frames`} beside the original${cropped > 0 ? `; ${cropped} only cropped` : ""}.`,
  },
  {
    open: "Satz von Formaten…",
    subject: "Was zu sehen sein muss",
    subjectHow: "Der Kasten bleibt in jedem Format ganz und vom Rand entfernt. Ziehen zeichnet einen anderen.",
    subjectAt: ([left, top, width, height]) =>
      `Motiv: ${left} von links, ${top} von oben, ${width} breit, ${height} hoch. Pfeiltasten verschieben es, mit Umschalt ändern sie seine Größe.`,
    findAgain: "Wie gefunden",
    formats: "Formate",
    own: "Eigene Größe",
    addOwn: "Eigene Größe…",
    width: "Breite",
    height: "Höhe",
    closeness: "Wie viel vom Bild zu sehen ist",
    whole: "Ganzes Bild",
    close: "Nah heran",
    onlyCropped: "nur beschnitten",
    painted: (share) => `${share} gemalt`,
    tooLarge: (name) => `„${name}“ ist größer als der sichere Bereich: Die Größe bleibt`,
    onSubject: (name) => `„${name}“ liegt auf dem Motiv`,
    leftOut: (names) =>
      `Nicht im Satz, weil ${names.length === 1 ? "es" : "sie"} das ganze Bild ${names.length === 1 ? "bedeckt" : "bedecken"}: ${quoted(names, ["„", "“"])}.`,
    chooseSome: "Wähle mindestens ein Format.",
    make: (count) => (count === 1 ? "1 Frame anlegen" : `${count} Frames anlegen`),
    toPaint: (open, cropped) =>
      [open > 0 ? `${open} zu malen` : "", cropped > 0 ? `${cropped} nur beschnitten` : ""].filter(Boolean).join(" · "),
    withoutWords: "Ohne Prompt gemalt",
    withWords: (prompt) => `Gemalt mit „${prompt}“`,
    made: (count, cropped) =>
      `${count === 1 ? "1 Frame" : `${count} Frames`} neben dem Original${cropped > 0 ? `; ${cropped} nur beschnitten` : ""}.`,
  },
);
