import { type Sentence, sentence } from "./sentence.ts";

/** What the plugin says of layers, masks and placing. */
export const CANVAS_SENTENCES: readonly Sentence[] = [
  sentence(
    "The text “{name}” is in the picture now, so its layer is hidden.",
    "Der Text „{name}“ steht jetzt im Bild, deshalb ist seine Ebene ausgeblendet.",
  ),
  sentence(
    "{count} texts are in the picture now, so their layers are hidden.",
    "{count} Texte stehen jetzt im Bild, deshalb sind ihre Ebenen ausgeblendet.",
  ),
  sentence(
    "A layer of the key visual was removed meanwhile. Try again.",
    "Eine Ebene des Key Visuals wurde inzwischen gelöscht. Versuche es erneut.",
  ),
  sentence(
    "“{name}” shows no picture. Select a picture, or a frame with one.",
    "„{name}“ zeigt kein Bild. Wähle ein Bild aus, oder einen Frame mit einem.",
  ),
  sentence(
    "“{name}” is turned. Turn it back, then make the set: pictures in other formats are upright.",
    "„{name}“ ist gedreht. Drehe es zurück und lege dann die Formate an: Dort stehen Bilder gerade.",
  ),
  sentence(
    "Figma did not accept “{name}”: {cause}",
    "Figma hat „{name}“ nicht angenommen. Versuche es mit einem anderen Bild.",
    "Figma did not accept “{name}”. Try another picture.",
  ),
  sentence(
    "Figma did not accept the picture: {cause}",
    "Figma hat das Bild nicht angenommen. Platziere es noch einmal.",
    "Figma did not accept the picture. Place it once more.",
  ),
  sentence(
    "“{name}” takes no layers: its pictures are kept in the library.",
    "„{name}“ nimmt keine Ebenen auf: Ihre Bilder liegen in der Bibliothek.",
  ),
  sentence(
    "“{name}” would have more than {count} pictures, which is what one request takes. Remove some first.",
    "„{name}“ hätte mehr als {count} Bilder, und mehr nimmt eine Anfrage nicht. Entferne zuerst einige.",
  ),
  sentence(
    "“{name}” shows nothing. Make it visible, then try again.",
    "„{name}“ zeigt nichts. Mach es sichtbar und versuche es erneut.",
  ),
  sentence("The layer no longer exists. Select another one.", "Die Ebene gibt es nicht mehr. Wähle eine andere aus."),
  sentence(
    "“{name}” is a {kind}. Select a frame, a shape or an image.",
    "In „{name}“ lässt sich nicht malen. Wähle einen Frame, eine Form oder ein Bild aus.",
  ),
  sentence(
    "“{name}” has no area to paint on. Make it at least 1 × 1 pixel.",
    "„{name}“ hat keine Fläche zum Malen. Mach es mindestens 1 × 1 Pixel groß.",
  ),
  sentence(
    "“{name}” is hidden. Show it, then generate into it.",
    "„{name}“ ist ausgeblendet. Blende es ein und male dann hinein.",
  ),
  sentence(
    "“{name}” has too many fills to be put back later. Place the picture in front.",
    "„{name}“ hat zu viele Füllungen, um sie später zurückzuholen. Platziere das Bild davor.",
  ),
  sentence("No picture is a fill of “{name}” any more.", "In „{name}“ ist kein Bild mehr als Füllung."),
  sentence(
    "The settings of this picture are too long to be kept in the layer.",
    "Die Einstellungen dieses Bildes sind zu lang, um in der Ebene zu stehen.",
  ),
  sentence(
    "“{name}” was deleted while the picture was made. Place it as a new layer instead.",
    "„{name}“ wurde gelöscht, während das Bild entstand. Platziere es als neue Ebene.",
  ),
  sentence(
    "“{name}” shows something else than when the picture was made. Place it over that anyway, or as a new layer.",
    "„{name}“ zeigt etwas anderes als zu Beginn. Platziere es trotzdem darüber oder als neue Ebene.",
  ),
  sentence(
    "The layer's image could not be read. Wait until Figma has loaded it, then try again.",
    "Das Bild der Ebene war nicht lesbar. Warte, bis Figma es geladen hat, und versuche es erneut.",
  ),
  sentence(
    "The image in “{name}” could not be read. Wait until Figma has loaded it, then try again.",
    "Das Bild in „{name}“ war nicht lesbar. Warte, bis Figma es geladen hat, und versuche es erneut.",
  ),
  sentence(
    "Select at most {count} layers to paint into at once.",
    "Wähle höchstens {count} Ebenen aus, in die auf einmal gemalt wird.",
  ),
  sentence(
    'The interface asked "{call}" in a way that the plugin does not understand',
    "Ein Fehler von Underpaint. Schließe das Plugin und öffne es wieder.",
    "A defect of Underpaint. Close the plugin and open it again.",
  ),
  sentence(
    'The plugin answered "{call}" in a way that its window does not understand. Close the plugin and open it again.',
    "Ein Fehler von Underpaint. Schließe das Plugin und öffne es wieder.",
    "A defect of Underpaint. Close the plugin and open it again.",
  ),
  sentence("Placed above the {kind} “{name}”.", "Über „{name}“ platziert, weil darin nichts Neues liegen kann."),
  sentence("Placed over the picture.", "Über dem Bild platziert."),
  sentence("Placed below the {kind} “{name}”.", "Unter „{name}“ platziert, weil darin nichts Neues liegen kann."),
  sentence("“{name}” cuts off what lies beyond it.", "„{name}“ schneidet ab, was darüber hinausgeht."),
  sentence(
    "“{name}” is larger now; what it showed has not moved.",
    "„{name}“ ist jetzt größer; was sie gezeigt hat, liegt, wo es lag.",
  ),
  sentence("“{name}” still covers it.", "„{name}“ verdeckt es noch."),
  sentence("Placed on the right, as a new layer.", "Rechts daneben platziert, als neue Ebene."),
  sentence(
    "The mask no longer exists. Undo its removal, or draw another one.",
    "Die Maske gibt es nicht mehr. Nimm das Löschen zurück oder zeichne eine neue.",
  ),
];
