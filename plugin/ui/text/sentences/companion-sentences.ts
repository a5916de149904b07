import { type Sentence, sentence } from "./sentence.ts";

const OFFLINE_EN = "Hugging Face can’t be reached right now. Check your internet connection, then try again.";
const OFFLINE_DE = "Hugging Face ist gerade nicht erreichbar. Prüfe deine Internetverbindung und versuche es erneut.";

/** What the companion says: pairing, queue, engine, downloads, models. */
export const COMPANION_SENTENCES: readonly Sentence[] = [
  sentence(
    "This plugin's pairing was revoked: pair it again.",
    "Die Verbindung dieses Plugins wurde aufgehoben: Verbinde es neu.",
  ),
  sentence(
    "This plugin is not paired with the companion: type the code that the companion shows.",
    "Dieses Plugin ist noch nicht verbunden: Tippe den Code ein, den der Companion zeigt.",
  ),
  sentence(
    "Too many plugins are connected to this companion: close one, then try again.",
    "Mit diesem Companion sind zu viele Plugins verbunden: Schließe eins und versuche es erneut.",
  ),
  sentence(
    "The code is wrong or has expired: type the one that the companion shows now.",
    "Der Code ist falsch oder abgelaufen: Tippe den ein, den der Companion jetzt zeigt.",
  ),
  sentence(
    "Plugin and companion are of different versions: update the {which}, then try again.",
    "Plugin und Companion haben verschiedene Versionen: Bringe beide auf denselben Stand.",
  ),
  sentence(
    '"{name}" belongs to Fooocus\' inpaint patch, which comes only as pickles that can run code when they are opened: for Fill, use an inpainting model of Stable Diffusion XL as .safetensors.',
    "„{name}“ gehört zu Fooocus’ Inpaint-Patch. Den gibt es nur als Pickle, das beim Öffnen Code ausführen kann: Nimm zum Füllen ein Inpainting-Modell für Stable Diffusion XL als .safetensors.",
  ),
  sentence(
    "The picture does not fit into memory: choose a smaller size or a smaller model, or close other programs.",
    "Das Bild passt nicht in den Speicher: Wähle eine kleinere Größe oder ein kleineres Modell, oder schließe andere Programme.",
  ),
  sentence(
    "The picture does not fit into memory, even in small parts and with narrowed weights: choose a smaller size, like {size}, or close other programs.",
    "Das Bild passt auch in kleinen Teilen nicht in den Speicher: Wähle eine kleinere Größe, etwa {size}, oder schließe andere Programme.",
  ),
  sentence(
    "The picture needs {need} of memory, where {budget} may be used: choose a smaller size, or allow more (UNDERPAINT_MEMORY).",
    "Das Bild braucht {need} Speicher, erlaubt sind {budget}: Wähle eine kleinere Größe.",
  ),
  sentence(
    "The companion ended {count} times while it worked on this picture: try a smaller size or another model.",
    "Der Companion ist bei diesem Bild {count}-mal abgebrochen: Versuche eine kleinere Größe oder ein anderes Modell.",
  ),
  sentence(
    "The process that runs the model {why}, and was ended: start the picture again.",
    "Das Modell hat nicht mehr geantwortet und wurde beendet: Starte das Bild noch einmal.",
    "The model stopped answering, and was ended: start the picture again.",
  ),
  sentence(
    "The picture was offered, but never fetched, and made room for newer ones: generate it again.",
    "Das Bild wurde nie abgeholt und hat neueren Platz gemacht: Generiere es noch einmal.",
  ),
  sentence(
    'There is no picture with the id "{id}" here: generate it again.',
    "Dieses Bild gibt es hier nicht mehr: Generiere es noch einmal.",
    "This picture is not here any more: generate it again.",
  ),
  sentence(
    "{count} pictures are waiting already: let some finish or cancel them first.",
    "Es warten schon {count} Bilder: Lass einige fertig werden oder brich sie ab.",
  ),
  sentence(
    "{count} downloads are running: wait until one of them is done.",
    "Es laufen schon {count} Downloads: Warte, bis einer fertig ist.",
  ),
  sentence(
    'The disk of "{place}" is full: free some space.',
    "Die Festplatte ist voll: Schaffe Platz.",
    "The disk is full: free some space.",
  ),
  sentence(
    'The disk of "{place}" is full: free some space. {size} MB of it are pictures that wait here: those that are placed or discarded in Figma are deleted.',
    "Die Festplatte ist voll: Schaffe Platz. {size} MB davon sind Bilder, die hier warten: Platzierte und verworfene werden gelöscht.",
    "The disk is full: free some space. {size} MB of it are pictures that wait here: those that are placed or discarded in Figma are deleted.",
  ),
  sentence(
    "The content filter withheld this picture: try another seed or another prompt.",
    "Der Inhaltsfilter hat dieses Bild zurückgehalten: Versuche einen anderen Seed oder Prompt.",
  ),
  sentence(
    "The mask selects nothing: draw it over the part of the image that should change.",
    "Die Maske trifft nichts: Zeichne sie über den Teil des Bildes, der sich ändern soll.",
  ),
  sentence(
    'There is no model "{name}": choose one from the list.',
    "Das Modell „{name}“ gibt es nicht: Wähle eins aus der Liste.",
  ),
  sentence(
    'The download of "{file}" broke off ({cause}): start it again to go on where it stopped.',
    "Der Download ist abgebrochen. Starte ihn erneut: Er geht dort weiter, wo er aufgehört hat.",
    "The download broke off. Start it again: it goes on where it stopped.",
  ),
  sentence('"{repo}" cannot be reached ({cause}): check the connection.', OFFLINE_DE, OFFLINE_EN),
  sentence(
    'Something else than the hub answered for "{repo}" (a login page, a proxy): check the connection.',
    "Statt Hugging Face hat etwas anderes geantwortet, etwa die Anmeldeseite eines WLANs. Prüfe deine Internetverbindung.",
    "Something else than Hugging Face answered, such as the login page of a Wi-Fi. Check your internet connection.",
  ),
  sentence(
    "The server has had too many questions: try again in some minutes.",
    "Hugging Face hatte gerade zu viele Anfragen: Versuche es in ein paar Minuten erneut.",
  ),
  sentence(
    'The server refuses "{file}" ({status}): try again later.',
    "Hugging Face gibt die Datei gerade nicht heraus: Versuche es später erneut.",
    "Hugging Face does not give this file out right now: try again later.",
  ),
  sentence(
    'There is no repository "{repo}": check its name.',
    "Auf Hugging Face gibt es kein „{repo}“: Prüfe den Namen.",
  ),
  sentence(
    '"{repo}" is private, does not exist, or asks you to agree to its terms first: {how}',
    "„{repo}“ ist privat, gibt es nicht oder verlangt, dass du zuerst seinen Bedingungen zustimmst.",
    "“{repo}” is private, does not exist, or asks you to agree to its terms first.",
  ),
  sentence(
    '"{file}" arrived with other bytes than its checksum says, and was deleted: start the download again.',
    "Die Datei kam beschädigt an und wurde gelöscht: Starte den Download erneut.",
    "The file arrived damaged, and was deleted: start the download again.",
  ),
  sentence(
    "The download needs {need}, and {left} are free: free some space first.",
    "Der Download braucht {need}, frei sind {left}: Schaffe zuerst Platz.",
  ),
  sentence(
    'The disk is full before "{name}" is complete: free some space and start it again.',
    "Die Festplatte ist voll, bevor „{name}“ vollständig ist: Schaffe Platz und starte den Download erneut.",
  ),
  sentence(
    '"{repo}" is being downloaded already: wait until that is done.',
    "„{repo}“ wird schon heruntergeladen: Warte, bis das fertig ist.",
  ),
  sentence(
    '"{name}" is not a safetensors file but {kind}: use the model\'s .safetensors version.',
    "„{name}“ ist keine .safetensors-Datei: Nimm die .safetensors-Fassung des Modells.",
  ),
  sentence(
    '"{name}" ends after {size} bytes, {where}: download it again.',
    "„{name}“ ist unvollständig: Lade die Datei erneut herunter.",
    "“{name}” is incomplete: download it again.",
  ),
  sentence(
    '"{name}" was changed while it was open: start the picture again.',
    "„{name}“ wurde verändert, während es offen war: Starte das Bild noch einmal.",
  ),
  sentence(
    '"{name}" cannot be read ({code}): check its permissions.',
    "„{name}“ lässt sich nicht lesen: Prüfe die Zugriffsrechte.",
    "“{name}” can’t be read: check its permissions.",
  ),
  sentence(
    '"{name}" is a link to what is not there: connect the drive that it leads to, or remove the link.',
    "„{name}“ verweist auf etwas, das nicht da ist: Schließe das Laufwerk an oder entferne den Verweis.",
  ),
  sentence(
    "Something went wrong inside Underpaint: {cause}",
    "In Underpaint ist etwas schiefgegangen. Versuche es noch einmal.",
    "Something went wrong inside Underpaint. Try again.",
  ),
];
