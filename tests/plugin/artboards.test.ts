/** The built main thread in the strict host: what of a layer goes into other formats, and how the frames are made. */
import { type Host, openHost, png } from "./strict-host.ts";

const DOCUMENT = `
  const BYTES = figma.base64Decode(PNG);
  await figma.loadFontAsync({ family: "Inter", style: "Regular" });
  const fill = { type: "IMAGE", imageHash: figma.createImage(BYTES).hash, scaleMode: "FILL" };
  const rectangle = (name, parent, [x, y, width, height], fills) => {
    const layer = figma.createRectangle();
    layer.name = name; layer.resize(width, height); layer.fills = fills;
    parent.appendChild(layer); layer.x = x; layer.y = y;
    return layer;
  };
  const text = (name, parent, [x, y], size) => {
    const layer = figma.createText();
    layer.name = name; layer.characters = name; layer.fontSize = size;
    parent.appendChild(layer); layer.x = x; layer.y = y;
    return layer;
  };
  const poster = figma.createFrame();
  poster.name = "Poster"; poster.resize(400, 400); poster.x = 30; poster.y = 50;
  rectangle("Under", poster, [0, 0, 400, 400], []);
  rectangle("Photo", poster, [0, 0, 400, 400], [fill]);
  rectangle("Scrim", poster, [0, 0, 400, 400], [{ type: "SOLID", color: { r: 0, g: 0, b: 0 }, opacity: 0.2 }]);
  text("Headline", poster, [20, 30], 40);
  const hidden = text("Hidden", poster, [20, 100], 90);
  hidden.visible = false;
  const button = figma.createFrame();
  button.name = "Button"; button.resize(80, 30); poster.appendChild(button); button.x = 300; button.y = 350;
  text("Buy", button, [4, 4], 12);
  const logo = rectangle("Logo", poster, [350, 20, 30, 20], [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }]);
  logo.rotation = 90;
  const blocker = figma.createFrame();
  blocker.name = "Blocker"; blocker.resize(100, 100); blocker.x = 500; blocker.y = 50;
  figma.currentPage.selection = [poster];
`;

let host: Host;
beforeEach(async () => {
  const bytes = Buffer.from(await png(40, 20)).toString("base64");
  host = await openHost(`const PNG = ${JSON.stringify(bytes)}; ${DOCUMENT}`);
});
afterEach(() => host.close());

const idOf = (name: string) => [...host.stage.scene.records.values()].find((node) => node.name === name)!.id;
const read = (name = "Poster") => host.call("read-key-visual", { node: idOf(name) });

async function make() {
  const { id, picture, layers } = await read();
  const boards = [
    { name: "9:16", width: 180, height: 320, picture: { x: -70, y: 0, width: 320, height: 320 } },
    { name: "4:1", width: 400, height: 100, picture: { x: 150, y: 0, width: 100, height: 100 } },
  ].map((board) => ({ ...board, layers: layers.map((layer) => ({ id: layer.id, x: 5, y: -10 })) }));
  return host.call("make-artboards", { node: id, picture: picture.id, boards });
}

test("a frame's picture and what lies over it are read; what lies all over it is left out, and so is what is hidden or under it", async () => {
  const { picture, layers, leftOut, ...root } = await read();
  expect(root).toMatchObject({ name: "Poster", width: 400, height: 400 });
  expect(picture).toMatchObject({ name: "Photo", x: 0, y: 0, width: 400, height: 400 });
  expect(layers.map(({ name, fontSize }) => [name, fontSize])).toEqual([
    ["Headline", 40],
    ["Button", 12],
    ["Logo", undefined],
  ]);
  expect(layers[0]).toMatchObject({ x: 20, y: 30 });
  expect(leftOut).toEqual(["Scrim"]);
});

test("a picture by itself is a key visual; a frame without one is none, and says so", async () => {
  expect(await read("Photo")).toMatchObject({ name: "Photo", layers: [], leftOut: [] });
  await expect(read("Blocker")).rejects.toThrow("shows no picture");
  await host.script(`figma.currentPage.findOne(({ name }) => name === "Photo").rotation = 30;`);
  await expect(read()).rejects.toThrow("is turned");
});

test("the selection says whether a set can be made of it", async () => {
  const { selection } = await host.call("start", {});
  expect(selection).toMatchObject({ kind: "target", isVisual: true });
  const { selection: none } = await host.call("select-layers", { nodes: [idOf("Blocker")] });
  expect((none as { isVisual?: boolean }).isVisual).toBeUndefined();
});

test("frames stand in a row in free space, with the picture at its place and live copies of the layers; all else stays", async () => {
  const { scene } = host.stage;
  const before = new Map(scene.records);
  const selected = scene.get(host.stage.currentPage).selection;
  const { boards } = await make();
  const [story, banner] = boards.map(({ frame }) => scene.get(frame.id));
  expect([story!.name, story!.width, story!.height]).toEqual(["Poster – 9:16", 180, 320]);
  const at = (node: { transform: readonly (readonly number[])[] }) => node.transform.map((row) => row[2]);
  expect(at(story!)[1]).toBe(50);
  expect(at(story!)[0]).toBeGreaterThanOrEqual(600);
  expect(at(banner!)).toEqual([at(story!)[0]! + 220, 50]);
  const inside = story!.children.map((id) => scene.get(id));
  expect(inside.map(({ name, type }) => [name, type])).toEqual([
    ["Photo – 9:16", "RECTANGLE"],
    ["Headline", "TEXT"],
    ["Button", "FRAME"],
    ["Logo", "RECTANGLE"],
  ]);
  expect(inside[0]).toMatchObject({ width: 320, height: 320, fills: [{ type: "IMAGE", scaleMode: "FILL" }] });
  expect(at(inside[0]!)).toEqual([-70, 0]);
  const headline = scene.get(idOf("Headline"));
  const { characters, fontSize, width, height, fills } = headline;
  expect(inside[1]).toMatchObject({ characters, fontSize, width, height, fills });
  expect(at(inside[1]!)).toEqual([25, 20]);
  const logo = scene.get(idOf("Logo"));
  expect(inside[3]!.transform[0].slice(0, 2)).toEqual(logo.transform[0].slice(0, 2));
  for (const [id, node] of before) if (node.type !== "PAGE") expect(scene.get(id)).toEqual(node);
  expect(scene.get(host.stage.currentPage).selection).toEqual(selected);
});

test("they are one step of undo", async () => {
  const count = host.stage.scene.records.size;
  await make();
  host.stage.history.undo();
  expect(host.stage.scene.records.size).toBe(count);
});

test("a layer that went away meanwhile leaves nothing half made", async () => {
  const { id, picture, layers } = await read();
  const count = host.stage.scene.records.size;
  await host.script(`figma.currentPage.findOne(({ name }) => name === "Headline").remove();`);
  const board = {
    name: "x",
    width: 10,
    height: 10,
    picture: { x: 0, y: 0, width: 10, height: 10 },
    layers: layers.map((layer) => ({ id: layer.id, x: 0, y: 0 })),
  };
  await expect(host.call("make-artboards", { node: id, picture: picture.id, boards: [board] })).rejects.toThrow(
    "no longer exists",
  );
  expect(host.stage.scene.records.size).toBe(count - 1);
});
