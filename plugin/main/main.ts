/** The plugin's half inside Figma: shows the interface and answers its calls. No logic lives here. */
import { usableWindow } from "../window-size.ts";
import { addImage } from "./add-image.ts";
import { compare, showAgain } from "./compare.ts";
import { exportLayer, exportThumbnail } from "./export-layer.ts";
import { fileId, nameFile } from "./file-id.ts";
import { findLayer } from "./find-layer.ts";
import { describeLayer, isInside } from "./layer.ts";
import { revertFill } from "./own-fill.ts";
import { placeLayer } from "./place-layer.ts";
import { readImage } from "./read-image.ts";
import { readOutlines } from "./read-outlines.ts";
import { readSelection } from "./read-selection.ts";
import { runSelfTest } from "./self-test.ts";
import { type Handlers, serveCalls } from "./serve-calls.ts";
import { loadSaved, save } from "./storage.ts";
import { takeTicket } from "./take-ticket.ts";
import { watchDrops } from "./watch-drops.ts";
import { watchSelection } from "./watch-selection.ts";

const DEFAULT_WINDOW = { width: 320, height: 600 };

const handlers: Handlers = {
  start: async () => ({
    command: figma.command ?? "",
    document: figma.root.name,
    selection: readSelection(),
    ...(await loadSaved()),
    ...fileOf(),
  }),
  "name-file": nameFile,
  compare,
  thumbnail: async ({ node }) => ({ bytes: await exportThumbnail(await findLayer(node)) }),
  "take-ticket": takeTicket,
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
    const found = (await existing(nodes)).filter((layer) => pageOf(layer) === figma.currentPage);
    if (found.length > 0)
      figma.currentPage.selection = found.filter((layer) => !found.some((other) => isInside(other, layer)));
    return { found: found.map((layer) => layer.id), selection: readSelection() };
  },
  "describe-layers": async ({ nodes }) => ({ layers: (await existing(nodes)).map(describeLayer) }),
  save: async (change) => {
    await save(change);
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
};

function fileOf() {
  const file = fileId();
  return file === undefined ? {} : { file };
}

async function existing(ids: readonly string[]): Promise<SceneNode[]> {
  const nodes = await Promise.all(ids.map((id) => figma.getNodeByIdAsync(id)));
  return nodes.filter(
    (node): node is SceneNode => node !== null && !node.removed && node.type !== "PAGE" && node.type !== "DOCUMENT",
  );
}

function pageOf(node: BaseNode): BaseNode {
  return node.type === "PAGE" || node.parent === null ? node : pageOf(node.parent);
}

async function open() {
  const { settings } = await loadSaved();
  figma.showUI(__html__, {
    ...usableWindow(settings?.window ?? DEFAULT_WINDOW),
    title: "Underpaint",
    themeColors: true,
  });
  serveCalls(handlers);
  watchSelection();
  watchDrops();
  figma.on("close", showAgain);
}

void open();
