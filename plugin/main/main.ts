/** The plugin's half inside Figma: shows the interface and answers its calls. No logic lives here. */
import { usableWindow } from "../window-size.ts";
import { addImage } from "./add-image.ts";
import { makeArtboards } from "./artboards/make-artboards.ts";
import { readKeyVisual } from "./artboards/read-key-visual.ts";
import { addReferences } from "./characters/add-references.ts";
import { listCharacters } from "./characters/list-characters.ts";
import { makeFrames } from "./characters/make-frames.ts";
import { placedPictures } from "./characters/placed-pictures.ts";
import { writeReferenceNote } from "./characters/reference-note.ts";
import { saveCharacter } from "./characters/save-character.ts";
import { compare, showAgain } from "./compare.ts";
import { exportLayer, exportThumbnail } from "./export-layer.ts";
import { fileId, nameFile } from "./file-id.ts";
import { existingLayer, findLayer, pageOf } from "./find-layer.ts";
import { describeLayer, isInside } from "./layer.ts";
import { describeMask } from "./mask-outline.ts";
import { revertFill } from "./own-fill.ts";
import { placeLayer } from "./place-layer.ts";
import { suggestParameters } from "./quick-actions/suggest-parameters.ts";
import { takenParameters } from "./quick-actions/taken-parameters.ts";
import { readImage } from "./read-image.ts";
import { readOutlines } from "./read-outlines.ts";
import { readPalette } from "./read-palette.ts";
import { readSelection } from "./read-selection.ts";
import { runSelfTest } from "./self-test.ts";
import { type Handlers, serveCalls } from "./serve-calls.ts";
import { showLayer } from "./show-layer.ts";
import { loadSaved, save } from "./storage.ts";
import { takeTicket } from "./take-ticket.ts";
import { watchDrops } from "./watch-drops.ts";
import { watchLayer } from "./watch-edits.ts";
import { watchSelection } from "./watch-selection.ts";

const DEFAULT_WINDOW = { width: 320, height: 600 };

const handlersOf = (run: RunEvent): Handlers => ({
  start: async () => ({
    command: run.command,
    document: figma.root.name,
    selection: readSelection(),
    ...(await loadSaved(fileId())),
    ...fileOf(),
    ...takenParameters(run),
  }),
  "name-file": nameFile,
  compare,
  thumbnail: async ({ node }) => ({ bytes: await exportThumbnail(await findLayer(node)) }),
  "take-ticket": takeTicket,
  "watch-layer": watchLayer,
  "export-layer": exportLayer,
  "read-image": readImage,
  "export-layers": async ({ layers }) => {
    const exports = [];
    // One after the other: Figma renders on this thread.
    for (const layer of layers) exports.push(await exportLayer(layer));
    return { exports };
  },
  "read-outlines": async ({ node }) => ({ drawing: readOutlines(await findLayer(node)) }),
  "place-layer": placeLayer,
  "revert-fill": revertFill,
  "add-image": addImage,
  "select-layers": async ({ nodes }) => {
    const found = (await existing(nodes)).filter((layer) => pageOf(layer)?.id === figma.currentPage.id);
    if (found.length > 0)
      figma.currentPage.selection = found.filter((layer) => !found.some((other) => isInside(other, layer)));
    return { found: found.map((layer) => layer.id), selection: readSelection() };
  },
  "describe-layers": async ({ nodes }) => ({ layers: (await existing(nodes)).map(describeLayer) }),
  "describe-masks": async ({ nodes }) => ({ layers: (await existing(nodes)).map(describeMask) }),
  "list-characters": listCharacters,
  "save-character": saveCharacter,
  "add-references": addReferences,
  "set-reference": async ({ layer, note }) => {
    writeReferenceNote(await findLayer(layer), note);
    figma.commitUndo();
    return {};
  },
  "make-frames": makeFrames,
  "read-key-visual": readKeyVisual,
  "make-artboards": makeArtboards,
  "read-palette": readPalette,
  "placed-pictures": placedPictures,
  "show-layer": async ({ node }) => {
    await showLayer(await findLayer(node));
    return {};
  },
  save: async (change) => {
    await save(change, fileId());
    return {};
  },
  resize: async (wanted) => {
    const { width, height } = usableWindow(wanted);
    figma.ui.resize(width, height);
    return {};
  },
  close: async () => {
    figma.closePlugin();
    return {};
  },
  "self-test": async () => ({ checks: await runSelfTest() }),
});

function fileOf() {
  const file = fileId();
  return file === undefined ? {} : { file };
}

async function existing(ids: readonly string[]): Promise<SceneNode[]> {
  const nodes = await Promise.all(ids.map(existingLayer));
  return nodes.filter((node) => node !== null);
}

async function open(run: RunEvent) {
  const { settings } = await loadSaved(fileId());
  figma.showUI(__html__, {
    ...usableWindow(settings?.window ?? DEFAULT_WINDOW),
    title: "Underpaint",
    themeColors: true,
  });
  serveCalls(handlersOf(run));
  watchSelection();
  watchDrops();
  figma.on("close", showAgain);
}

// While parameters are typed, Figma lets a plugin answer what is typed and nothing else: the window waits for the run.
figma.parameters.on("input", (event) => void suggestParameters(event));
figma.on("run", (run) => void open(run));
