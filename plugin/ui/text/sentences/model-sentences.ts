import { type Sentence, sentence } from "./sentence.ts";

/** What the companion says of models and devices: what they are good for, and their licences. */
export const MODEL_SENTENCES: readonly Sentence[] = [
  sentence("CPU ({count} cores)", "Prozessor ({count} Kerne)"),
  sentence("CPU (1 core)", "Prozessor (1 Kern)"),
  sentence("Graphics card (WebGPU)", "Grafikkarte (WebGPU)"),
  sentence("LCM-LoRA for {family}", "LCM-LoRA für {family}"),
  sentence("ControlNet {kind} for {family}", "ControlNet {kind} für {family}"),
  sentence("XL autoencoder for half precision", "XL-Autoencoder für halbe Genauigkeit"),
  sentence(
    "The model with the most LoRAs and ControlNets; light and quick, 512 px.",
    "Das Modell mit den meisten LoRAs und ControlNets; leicht und schnell, 512 px.",
  ),
  sentence(
    "Made for Fill: it sees what lies around the mask.",
    "Zum Füllen gemacht: Es sieht, was um die Maske liegt.",
  ),
  sentence(
    "Finer pictures at 1024 px; wants a good graphics card.",
    "Feinere Bilder mit 1024 px; braucht eine gute Grafikkarte.",
  ),
  sentence("Made for Fill at 1024 px.", "Zum Füllen gemacht, mit 1024 px."),
  sentence("One to four steps: pictures while you type.", "Ein bis vier Schritte: Bilder, während du tippst."),
  sentence(
    "One to four steps at 512 px, in more detail than SD-Turbo.",
    "Ein bis vier Schritte mit 512 px, feiner als SD-Turbo.",
  ),
  sentence(
    "Writes texts into pictures (posters, signs, labels) in eight steps, at 1024 px; wants a graphics card of 12 GB or more.",
    "Schreibt Texte in Bilder (Plakate, Schilder, Etiketten) in acht Schritten mit 1024 px; braucht eine Grafikkarte mit 12 GB oder mehr.",
  ),
  sentence(
    "Apache-2.0, as ERNIE-Image is published: any use, commercial use too; keep the licence and its notices when you pass it on.",
    "Apache-2.0, wie ERNIE-Image veröffentlicht ist: jede Nutzung, auch gewerbliche; lass die Lizenz und ihre Hinweise dabei, wenn du es weitergibst.",
  ),
  sentence(
    "Follows long prompts closely and writes texts into pictures; wants a graphics card of 24 GB.",
    "Folgt langen Prompts genau und schreibt Texte in Bilder; braucht eine Grafikkarte mit 24 GB.",
  ),
  sentence(
    "Changes pictures in words, with other pictures to follow. Get Qwen-Image too: it reads prompts with that one’s parts.",
    "Ändert Bilder mit Worten, auch nach anderen Bildern. Hol dir Qwen-Image dazu: Mit dessen Teilen liest es Prompts.",
  ),
  sentence(
    "Splits pictures into layers with transparency. Get Qwen-Image too: it reads prompts with that one’s parts.",
    "Zerlegt Bilder in Ebenen mit Transparenz. Hol dir Qwen-Image dazu: Mit dessen Teilen liest es Prompts.",
  ),
  sentence(
    "Follows long prompts closely in four steps, at 1024 px; wants a graphics card of 16 GB or more.",
    "Folgt langen Prompts genau, in vier Schritten mit 1024 px; braucht eine Grafikkarte mit 16 GB oder mehr.",
  ),
  sentence(
    "Photos, and legible English and Chinese text, in eight steps at 1024 px; wants a graphics card.",
    "Fotos und lesbare Schrift, englisch und chinesisch, in acht Schritten mit 1024 px; braucht eine Grafikkarte.",
  ),
  sentence(
    "Follows edges, drawings, depth maps and poses, and is shown what lies around the mask in Fill.",
    "Folgt Kanten, Zeichnungen, Tiefenkarten und Posen und sieht beim Füllen, was um die Maske liegt.",
  ),
  sentence(
    "FLUX.1 [dev] Non-Commercial License: not for commercial work unless you have a licence from Black Forest Labs. What it says of pictures made with the model is on the model's page.",
    "FLUX.1 [dev] Non-Commercial License: nicht für gewerbliche Arbeit, außer mit einer Lizenz von Black Forest Labs. Was sie zu Bildern sagt, die damit gemacht sind, steht auf der Seite des Modells.",
  ),
  sentence(
    "Apache-2.0, as FLUX.1 schnell is published: any use, commercial use too.",
    "Apache-2.0, wie FLUX.1 schnell veröffentlicht ist: jede Nutzung, auch gewerbliche.",
  ),
  sentence(
    '"{name}" is FLUX.1 Redux, which looks at references with SigLIP: put "{file}" of {source} into the models folder.',
    "„{name}“ ist FLUX.1 Redux, das Referenzen mit SigLIP ansieht: Lege „{file}“ von {source} in den Modellordner.",
  ),
  sentence(
    '"{name}" is SigLIP, which FLUX.1 Redux looks at references with: put "{file}" of {source} into the models folder.',
    "„{name}“ ist SigLIP, mit dem FLUX.1 Redux Referenzen ansieht: Lege „{file}“ von {source} in den Modellordner.",
  ),
  sentence(
    "References: draws with the content or in the style of other layers. For both families, with its image encoder.",
    "Referenzen: malt mit dem Inhalt oder im Stil anderer Ebenen. Für beide Familien, mit Bild-Encoder.",
  ),
  sentence(
    "Four to eight steps instead of {steps}: choose the scheduler LCM and a guidance scale of 1 to 2 with it.",
    "Vier bis acht Schritte: Wähle dazu den Scheduler LCM und eine Prompt-Treue von 1 bis 2.",
  ),
  sentence(
    "Keeps the edges of a picture or of a vector layer.",
    "Behält die Kanten eines Bildes oder einer Vektorebene.",
  ),
  sentence("Turns a rough drawing into a picture.", "Macht aus einer groben Zeichnung ein Bild."),
  sentence(
    "Cuts subjects out of any background, hair and soft edges too.",
    "Stellt Motive vor jedem Hintergrund frei, auch Haare und weiche Kanten.",
  ),
  sentence(
    "Enlarges pictures up to four times, with clean edges and textures.",
    "Vergrößert Bilder bis auf das Vierfache, mit sauberen Kanten und Strukturen.",
  ),
  sentence(
    "Decodes XL's pictures in half precision, where its own autoencoder overflows: faster on graphics cards.",
    "Dekodiert Bilder von XL in halber Genauigkeit: schneller auf Grafikkarten.",
  ),
  sentence(
    "It changes a picture as the prompt tells it to (“make it night”), and cannot draw from nothing.",
    "Es ändert ein Bild, wie der Prompt es sagt („make it night“), und kann nichts von Grund auf malen.",
  ),
  sentence(
    "A small model that draws simple icons on white; add your own model for anything more.",
    "Ein kleines Modell, das einfache Symbole auf Weiß malt; für alles andere füge ein eigenes Modell hinzu.",
  ),
  sentence(
    "Free for any use, commercial use too (MIT). It was trained only on icons whose makers gave them away under the MIT and Apache-2.0 licences.",
    "Frei für jede Nutzung, auch gewerblich (MIT). Trainiert nur mit Symbolen, die ihre Urheber unter den Lizenzen MIT und Apache-2.0 freigegeben haben.",
  ),
  sentence(
    "CreativeML {which}: commercial use allowed; a list of harmful uses is forbidden, and you must pass the terms on.",
    "CreativeML {which}: gewerbliche Nutzung erlaubt; eine Liste schädlicher Nutzungen ist verboten, und du musst die Bedingungen weitergeben.",
  ),
  sentence(
    "OpenRAIL, says its page, without naming the version: commercial use allowed; a list of harmful uses is forbidden, and you must pass the terms on. Check the model's page.",
    "OpenRAIL, laut seiner Seite, ohne Version: gewerbliche Nutzung erlaubt; eine Liste schädlicher Nutzungen ist verboten, und du musst die Bedingungen weitergeben. Sieh auf der Seite des Modells nach.",
  ),
  sentence(
    "Stability AI Community Licence: free for research and for commercial use below one million dollars of yearly revenue, after you register; above, a paid licence. Check the model's page.",
    "Stability AI Community Licence: frei für Forschung und, nach Anmeldung, für gewerbliche Nutzung unter einer Million Dollar Jahresumsatz; darüber kostenpflichtig. Sieh auf der Seite des Modells nach.",
  ),
  sentence(
    "Apache-2.0: any use, commercial use too; keep the licence and its notices when you pass it on.",
    "Apache-2.0: jede Nutzung, auch gewerblich; gib Lizenz und Hinweise mit weiter.",
  ),
  sentence(
    "BSD-3-Clause: any use, commercial use too; keep the licence and its notices when you pass it on.",
    "BSD-3-Clause: jede Nutzung, auch gewerblich; gib Lizenz und Hinweise mit weiter.",
  ),
  sentence(
    "MIT: any use, commercial use too; keep the licence when you pass it on.",
    "MIT: jede Nutzung, auch gewerblich; gib die Lizenz mit weiter.",
  ),
  sentence(
    '"{name}" is {what}, not a ControlNet for Z-Image: choose one that is made for Z-Image.',
    "„{name}“ ist kein ControlNet für Z-Image: Wähle eins, das für Z-Image gemacht ist.",
  ),
  sentence(
    'The ControlNet "{name}" is made for {made}, and this model has {has}: choose a ControlNet of the model\'s family.',
    "Das ControlNet „{name}“ ist für ein anderes Modell gemacht: Wähle eins aus der Familie des Modells.",
  ),
  sentence(
    "{name} follows one picture, and the request has {count}: give one in `controls`.",
    "{name} folgt genau einem Bild: Wähle unter „Einem Bild folgen“ eines aus.",
    "{name} follows exactly one picture: choose one under “Follow a picture”.",
  ),
  sentence(
    "References of FLUX.1 need FLUX.1 Redux: put {redux} of {where}, and {siglip} of {there}, into the models folder.",
    "Referenzen brauchen bei FLUX.1 das Modell FLUX.1 Redux: Lege {redux} von {where} und {siglip} von {there} in den Modellordner.",
  ),
  sentence(
    "FLUX.1 Redux looks at references with SigLIP, which is not there: put {siglip} of {where} into the models folder.",
    "FLUX.1 Redux sieht Referenzen mit SigLIP an, das fehlt: Lege {siglip} von {where} in den Modellordner.",
  ),
  sentence(
    '"{name}" is a LoRA that makes FLUX.1 dev follow edges or depth, which this version cannot run: choose FLUX.1 Canny or Depth as a whole.',
    "„{name}“ ist ein LoRA, mit dem FLUX.1 dev Kanten oder Tiefe folgt. Das geht hier noch nicht: Nimm FLUX.1 Canny oder Depth als ganzes Modell.",
  ),
];
