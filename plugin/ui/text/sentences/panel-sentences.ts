import { type Sentence, sentence } from "./sentence.ts";

/** What the panel says of what it was asked to do. */
export const PANEL_SENTENCES: readonly Sentence[] = [
  sentence(
    "The layer that this was made for no longer exists. Select another one.",
    "Die Ebene, für die das gemacht wurde, gibt es nicht mehr. Wähle eine andere aus.",
  ),
  sentence(
    "This picture can't be made larger: Figma takes up to 4096 pixels a side.",
    "Größer geht es nicht: Figma nimmt bis zu 4096 Pixel je Seite.",
  ),
  sentence(
    "The picture that this was to be made of is gone. Choose another one.",
    "Das Bild, aus dem es werden sollte, ist nicht mehr da. Wähle ein anderes.",
  ),
  sentence(
    "The part that changed has {width} × {height} pixels, and Figma takes up to 4096 a side.",
    "Der geänderte Teil hat {width} × {height} Pixel, und Figma nimmt bis zu 4096 je Seite.",
  ),
  sentence(
    "This layer's settings were written by another version and can't be read.",
    "Die Einstellungen dieser Ebene stammen von einer anderen Version und sind nicht lesbar.",
  ),
  sentence(
    "This picture is gone from the companion’s disk.",
    "Dieses Bild ist auf der Platte des Companions nicht mehr da.",
  ),
  sentence(
    "The companion no longer has this job. Generate the picture again.",
    "Der Companion hat diesen Auftrag nicht mehr. Generiere das Bild noch einmal.",
  ),
  sentence(
    "This job was for the companion that was paired before. Generate the picture again.",
    "Dieser Auftrag war für den vorher verbundenen Companion. Generiere das Bild noch einmal.",
  ),
  sentence(
    "The finished picture did not arrive. Generate it again.",
    "Das fertige Bild ist nicht angekommen. Generiere es noch einmal.",
  ),
  sentence(
    "The companion has not answered yet. Start it, then try again.",
    "Der Companion hat noch nicht geantwortet. Starte ihn und versuche es erneut.",
  ),
  sentence(
    "The companion is not connected. Start it, then try again.",
    "Der Companion ist nicht verbunden. Starte ihn und versuche es erneut.",
  ),
  sentence(
    "Drop or paste pictures: PNG, JPEG, WebP or GIF files.",
    "Lege Bilder ab oder füge sie ein: PNG, JPEG, WebP oder GIF.",
  ),
  sentence(
    "“{name}” follows no references. Choose another model first.",
    "„{name}“ folgt keinen Referenzen. Wähle zuerst ein anderes Modell.",
  ),
  sentence("There is room for {count} more reference.", "Es passt noch {count} Referenz dazu."),
  sentence("There is room for {count} more references.", "Es passen noch {count} Referenzen dazu."),
  sentence("This file is too large for a picture.", "Diese Datei ist zu groß für ein Bild."),
  sentence(
    "Figma's export of the layer could not be read. Try again.",
    "Figmas Export der Ebene war nicht lesbar. Versuche es erneut.",
  ),
  sentence(
    "There is not enough memory for a picture of this size.",
    "Für ein Bild dieser Größe reicht der Speicher nicht.",
  ),
  sentence(
    "“{name}” shows something else than when the picture was made, so the part that changed can't be told.",
    "„{name}“ zeigt etwas anderes als zu Beginn, deshalb lässt sich der geänderte Teil nicht bestimmen.",
  ),
  sentence(
    "This Fill changed nothing that could be made larger.",
    "Diese Füllung hat nichts geändert, das größer werden könnte.",
  ),
  sentence("“{name}” is not a picture that can be read.", "„{name}“ ist kein lesbares Bild."),
  sentence(
    "“{name}”, which the result should follow, no longer exists. Remove it in the panel.",
    "„{name}“, dem das Ergebnis folgen soll, gibt es nicht mehr. Entferne es im Fenster.",
  ),
  sentence(
    "There is no model yet. Put one into the models folder, then try again.",
    "Es gibt noch kein Modell. Lege eins in den Modellordner und versuche es erneut.",
  ),
  sentence("Select a layer to paint into.", "Wähle eine Ebene aus, in die gemalt wird."),
  sentence(
    "Put a shape over a picture and select it: the shape says where to repaint.",
    "Lege eine Form über ein Bild und wähle sie aus: Die Form sagt, wo neu gemalt wird.",
  ),
  sentence(
    "“{name}”, which made this picture, is gone. Choose another model.",
    "„{name}“, das dieses Bild gemacht hat, ist nicht mehr da. Wähle ein anderes Modell.",
  ),
  sentence(
    "“{name}” is {width} × {height} pixels, and Fill repairs pictures of up to 4096 a side. Select a smaller part of it.",
    "„{name}“ hat {width} × {height} Pixel, und Füllen geht bis 4096 je Seite. Wähle einen kleineren Teil aus.",
  ),
  sentence(
    "The shape does not cover any of the picture. Give it a fill and put it over the picture.",
    "Die Form verdeckt nichts vom Bild. Gib ihr eine Füllung und lege sie über das Bild.",
  ),
  sentence("This layer has no lines of its own.", "Diese Ebene hat keine eigenen Linien."),
  sentence(
    "“{name}” has changed, and is more than lines now. Remove it, and add it again.",
    "„{name}“ hat sich geändert und besteht nicht mehr nur aus Linien. Entferne es und füge es neu hinzu.",
  ),
  sentence(
    "“{name}” covers none of the picture. Give it a fill, or let its reference count everywhere.",
    "„{name}“ verdeckt nichts vom Bild. Gib der Form eine Füllung oder lass die Referenz überall gelten.",
  ),
  sentence(
    "The companion runs, but did not accept this plugin's connection. Update both to the same version.",
    "Der Companion läuft, nimmt dieses Plugin aber nicht an. Bringe beide auf dieselbe Version.",
  ),
  sentence(
    "The program on the companion's port could not prove that it is your companion.",
    "Das Programm auf dem Port des Companions konnte nicht beweisen, dass es dein Companion ist.",
  ),
  sentence(
    "There is no plain background to be removed{more}",
    "Es gibt keinen einfarbigen Hintergrund, der sich entfernen ließe: Wähle ein anderes Bild.",
  ),
  sentence(
    "There is nothing but background in the picture: choose another one.",
    "Im Bild ist nichts als Hintergrund: Wähle ein anderes.",
  ),
  sentence(
    "What was given to Generate is no prompt, or no number of pictures from 1 to 4. Type it here.",
    "„Generate…“ bekam keinen Prompt oder keine Anzahl von 1 bis 4 Bildern. Gib es hier ein.",
  ),
  sentence("Select what the character looks like first.", "Wähle zuerst aus, wie die Figur aussieht."),
  sentence(
    "The connection was lost while pictures were judged. Try again.",
    "Die Verbindung riss ab, während Bilder geprüft wurden. Versuche es noch einmal.",
  ),
];
