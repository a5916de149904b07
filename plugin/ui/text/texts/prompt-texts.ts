import { both } from "./both.ts";

/** The prompt, and what else says what is to be painted. */
export const prompt = both(
  {
    label: "Prompt",
    labelForEach: "Prompt for each",
    placeholders: {
      generate: "Describe the picture",
      fill: "Leave empty to continue the surroundings",
      edit: "Describe what it should become",
    },
    cannotDraw: (model: string) => `“${model}” can only draw the simple things it suggests.`,
    getModel: (model: string) => `Get ${model}`,
    otherModel: "Choose another model",
    moreSubjects: (count: number) => `${count} more`,
    optional: "optional",
    tooLong: (length: string, most: string) => `${length} of ${most} characters`,
    tokens: (count: number, room: string, exact: boolean) => `${exact ? "" : "about "}${count} of ${room}`,
    tokensHow: (room: number, key: string) =>
      `Any length works, nothing is cut: the model reads long prompts in parts of ${room} tokens. ${key}↑ and ↓ make the words at the caret stronger and weaker.`,
    putIn: "Put it into the prompt",
    takeOut: "In the prompt. Click to take it out.",
    fromTable: "From a table…",
    tableOf: (rows: number) => `Table of ${rows}…`,
    tableLabel: "Table: the first row names the columns",
    tableExample: "name, animal, mood\nAvatar 1, fox, calm\nAvatar 2, owl, cross",
    tableTooShort: "One row is not enough: the first one names the columns, the others are the layers’ words.",
    tableHow: "Paste it from a spreadsheet. Rows go by a column “name”, or by the order in which one reads the layers.",
    tableAway: "Take the table away",
    filled: (name: string, words: string) => `“${name}”: ${words}`,
    missingField: (field: string, name: string, others: number) =>
      `Nothing for {${field}} in “${name}”${others === 0 ? "" : ` and ${others} more`}`,
  },
  {
    label: "Prompt",
    labelForEach: "Prompt für jede Ebene",
    placeholders: {
      generate: "Beschreibe das Bild",
      fill: "Leer lassen, um die Umgebung fortzusetzen",
      edit: "Beschreibe, was daraus werden soll",
    },
    cannotDraw: (model) => `„${model}“ kann nur die einfachen Dinge malen, die es vorschlägt (auf Englisch).`,
    getModel: (model) => `${model} holen`,
    otherModel: "Anderes Modell wählen",
    moreSubjects: (count) => `${count} weitere`,
    optional: "freiwillig",
    tooLong: (length, most) => `${length} von ${most} Zeichen`,
    tokens: (count, room, exact) => `${exact ? "" : "etwa "}${count} von ${room}`,
    tokensHow: (room, key) =>
      `Jede Länge geht, nichts wird abgeschnitten: Lange Prompts liest das Modell in Teilen von ${room} Token. ${key}↑ und ↓ machen die Wörter am Cursor stärker und schwächer.`,
    putIn: "In den Prompt einfügen",
    takeOut: "Steht im Prompt. Klicken, um es herauszunehmen.",
    fromTable: "Aus einer Tabelle…",
    tableOf: (rows) => `Tabelle mit ${rows} Zeilen…`,
    tableLabel: "Tabelle: Die erste Zeile nennt die Spalten",
    tableExample: "name, tier, laune\nAvatar 1, fox, calm\nAvatar 2, owl, cross",
    tableTooShort: "Eine Zeile reicht nicht: Die erste nennt die Spalten, die anderen sind die Wörter der Ebenen.",
    tableHow:
      "Aus einer Tabellenkalkulation einfügen. Die Zeilen gehören nach der Spalte „name“ zu den Ebenen, sonst in Lesereihenfolge.",
    tableAway: "Tabelle entfernen",
    filled: (name, words) => `„${name}“: ${words}`,
    missingField: (field, name, others) =>
      `Nichts für {${field}} in „${name}“${others === 0 ? "" : ` und ${others} weiteren`}`,
  },
);
