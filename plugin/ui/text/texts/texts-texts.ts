import { both } from "./both.ts";

/** Text layers over what is painted. */
export const texts = both(
  {
    title: "Text over it",
    more: (count: number) => `and ${count} more`,
    quoted: (text: string) => `“${text}”`,
    hidden: "hidden",
    of: (text: string) => `What becomes of “${text}”`,
    choices: {
      live: { label: "Live text", title: "Stays a text layer above the picture" },
      painted: { label: "Paint in", title: "Its letters are painted into the picture" },
    },
    look: "How the letters look",
    scene: "Part of the scene",
    printed: "Printed",
    until: "How long the letters steer",
    steers: "Steers until",
    afterwards: "Its layer, afterwards",
    fates: { hide: "Hide it", keep: "Keep it above the picture" },
    seen: "The model sees live text, too",
    liveHint: "Live text stays a layer above the picture.",
    paintedHint: {
      hide: "Placing the picture hides the text’s layer; one undo takes both back.",
      keep: "The text’s layer stays above the picture, so it is seen twice.",
    },
  },
  {
    title: "Text darüber",
    more: (count) => `und ${count} weitere`,
    quoted: (text) => `„${text}“`,
    hidden: "ausgeblendet",
    of: (text) => `Was aus „${text}“ wird`,
    choices: {
      live: { label: "Live-Text", title: "Bleibt eine Textebene über dem Bild" },
      painted: { label: "Ins Bild", title: "Seine Buchstaben werden ins Bild gemalt" },
    },
    look: "Wie die Buchstaben aussehen",
    scene: "Teil der Szene",
    printed: "Gedruckt",
    until: "Wie lange die Buchstaben lenken",
    steers: "Lenkt bis",
    afterwards: "Seine Ebene, danach",
    fates: { hide: "Ausblenden", keep: "Über dem Bild behalten" },
    seen: "Das Modell sieht auch Live-Text",
    liveHint: "Live-Text bleibt eine Ebene über dem Bild.",
    paintedHint: {
      hide: "Beim Platzieren wird die Textebene ausgeblendet; ein Rückgängig nimmt beides zurück.",
      keep: "Die Textebene bleibt über dem Bild, man sieht den Text also doppelt.",
    },
  },
);
