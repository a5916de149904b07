import { both } from "./both.ts";

/** As people read a code out. */
const NUMBERS: Readonly<Record<number, string>> = { 6: "six", 9: "nine", 12: "twelve" };
const ZAHLEN: Readonly<Record<number, string>> = { 6: "sechs", 9: "neun", 12: "zwölf" };
const digits = (count: number) => NUMBERS[count] ?? String(count);
const ziffern = (count: number) => ZAHLEN[count] ?? String(count);

/** Between the plugin and its companion: finding it, pairing, and what stands in the way. */
export const connection = both(
  {
    looking: "Looking for the companion…",
    start: "Start the companion",
    startHow: "Underpaint paints on your own computer. Open a terminal in the Underpaint folder and type:",
    waiting: "Waiting for it. This window connects by itself.",
    blockedByBrowser:
      "Already running? Then the browser may keep Figma from reaching it: use the Figma desktop app, or allow “Apps on device” for figma.com in the browser's site settings.",
    importAgain: "Import the plugin again",
    importHow:
      "Figma does not let this copy of the plugin reach the companion. In Figma choose Plugins → Development → Import plugin from manifest…, and pick the manifest.json that the companion names when it starts.",
    inTheWay: "Another program is in the way",
    inTheWayHow:
      "Something that is not Underpaint answers on port 47821 of this computer. Quit it, then start the companion.",
    mismatch: "Plugin and companion do not match",
    mismatchHow: (companion: string, plugin: string) =>
      `The companion is version ${companion}, and this plugin is ${plugin}. Start the newer companion, and import the plugin again from its manifest.json.`,
    refused: "The companion said no",
    connectTo: "Connect to your computer’s companion",
    connectToStudio: "Connect to your studio",
    typeGivenDigits: (count: number) =>
      `Its computer answers. Type the ${digits(count)} digits that you were given; this happens once.`,
    typeDigits: (count: number) => `It is running. Type the ${digits(count)} digits it shows; this happens once.`,
    codeLabel: (count: number) => `Pairing code, ${digits(count)} digits`,
    whyLonger: (count: number, usual: number) =>
      `Codes have ${digits(count)} digits now, because wrong ones were typed before. Nothing is locked: the one that is shown works at once. After 30 days without a wrong one they have ${digits(usual)} again.`,
    connect: "Connect",
    connecting: "Connecting…",
    found: "Companion found",
    foundWhere: (version: string) => `localhost, version ${version}`,
    versions: (companion: string, plugin: string) => `Companion ${companion} · plugin ${plugin}`,
    tryingOut: "Trying out what Underpaint needs of Figma…",
    asAssumed: "Everything is as Underpaint assumes",
    differing: (count: number, of: number) => `${count} of ${of} differ`,
    runAgain: "Run again",
  },
  {
    looking: "Suche den Companion…",
    start: "Companion starten",
    startHow: "Underpaint malt auf deinem eigenen Computer. Öffne ein Terminal im Underpaint-Ordner und gib ein:",
    waiting: "Warte auf ihn. Dieses Fenster verbindet sich von selbst.",
    blockedByBrowser:
      "Läuft er schon? Dann hält vielleicht der Browser Figma von ihm fern: Nutze die Desktop-App von Figma oder erlaube in den Website-Einstellungen des Browsers für figma.com „Apps auf dem Gerät“.",
    importAgain: "Plugin neu importieren",
    importHow:
      "Figma lässt diese Kopie des Plugins nicht zum Companion. Wähle in Figma Plugins → Development → Import plugin from manifest… und dort die manifest.json, die der Companion beim Start nennt.",
    inTheWay: "Ein anderes Programm ist im Weg",
    inTheWayHow:
      "Auf Port 47821 dieses Computers antwortet etwas, das nicht Underpaint ist. Beende es und starte dann den Companion.",
    mismatch: "Plugin und Companion passen nicht zusammen",
    mismatchHow: (companion, plugin) =>
      `Der Companion hat Version ${companion}, dieses Plugin ${plugin}. Starte den neueren Companion und importiere das Plugin neu aus dessen manifest.json.`,
    refused: "Der Companion hat abgelehnt",
    connectTo: "Mit dem Companion auf deinem Computer verbinden",
    connectToStudio: "Mit deinem Studio verbinden",
    typeGivenDigits: (count) =>
      `Sein Rechner antwortet. Tippe die ${ziffern(count)} Ziffern ein, die du bekommen hast; das ist nur einmal nötig.`,
    typeDigits: (count) => `Er läuft. Tippe die ${ziffern(count)} Ziffern ein, die er zeigt; das ist nur einmal nötig.`,
    codeLabel: (count) => `Code zum Verbinden, ${ziffern(count)} Ziffern`,
    whyLonger: (count, usual) =>
      `Codes haben jetzt ${ziffern(count)} Ziffern, weil vorher falsche eingegeben wurden. Gesperrt ist nichts: Der angezeigte gilt sofort. Nach 30 Tagen ohne falschen Code sind es wieder ${ziffern(usual)}.`,
    connect: "Verbinden",
    connecting: "Verbinde…",
    found: "Companion gefunden",
    foundWhere: (version) => `localhost, Version ${version}`,
    versions: (companion, plugin) => `Companion ${companion} · Plugin ${plugin}`,
    tryingOut: "Probiere aus, was Underpaint von Figma braucht…",
    asAssumed: "Alles ist, wie Underpaint es annimmt",
    differing: (count, of) => `${count} von ${of} weichen ab`,
    runAgain: "Noch einmal prüfen",
  },
);
