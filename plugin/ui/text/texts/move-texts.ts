import { both } from "./both.ts";

/** Pictures that move. */
export const move = both(
  {
    title: "Move",
    choice: (seconds: number) =>
      seconds === 0
        ? { label: "Still", title: "One picture" }
        : { label: `${seconds} s`, title: `A loop of ${seconds} seconds, there and back` },
    hints: {
      prompt: "A GIF that plays in prototypes. It takes many times as long as one picture.",
      still:
        "Your picture begins to move, as far as it may change. A GIF that plays in prototypes; it takes many times as long as one picture.",
    },
    tag: "GIF",
  },
  {
    title: "Bewegung",
    choice: (seconds) =>
      seconds === 0
        ? { label: "Keine", title: "Ein Bild" }
        : { label: `${seconds} s`, title: `Eine Schleife von ${seconds} Sekunden, hin und zurück` },
    hints: {
      prompt: "Ein GIF, das in Prototypen abspielt. Es dauert viele Male so lang wie ein Bild.",
      still:
        "Dein Bild gerät in Bewegung, so weit es sich ändern darf. Ein GIF, das in Prototypen abspielt; es dauert viele Male so lang wie ein Bild.",
    },
    tag: "GIF",
  },
);
