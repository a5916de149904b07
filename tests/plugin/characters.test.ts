/** The built main thread in the strict host: what is a character, what it keeps, and what saving one leaves alone. */
import { type Host, openHost, png } from "./strict-host.ts";

const DOCUMENT = `
  const BYTES = figma.base64Decode(PNG);
  const picture = (name, parent, x) => {
    const layer = figma.createRectangle();
    layer.name = name;
    layer.resize(60, 40);
    layer.fills = [{ type: "IMAGE", imageHash: figma.createImage(BYTES).hash, scaleMode: "FILL" }];
    parent.appendChild(layer);
    layer.x = x;
    return layer;
  };
  const ada = figma.createSection();
  ada.name = "@Ada";
  picture("Portrait", ada, 0);
  picture("Ada, outfit", ada, 80);
  await figma.loadFontAsync({ family: "Inter", style: "Regular" });
  const words = figma.createText();
  words.name = "Words";
  words.characters = "a woman with dark hair";
  ada.appendChild(words);
  const plain = figma.createFrame();
  plain.name = "Poster";
  picture("Photo", plain, 0);
  figma.currentPage.selection = [plain];
  const other = figma.createPage();
  other.name = "Cast";
  const ben = figma.createFrame();
  ben.name = "Character: Ben";
  picture("Face", ben, 0);
  other.appendChild(ben);
`;

let host: Host;
beforeEach(async () => {
  const bytes = Buffer.from(await png(40, 20)).toString("base64");
  host = await openHost(`const PNG = ${JSON.stringify(bytes)}; ${DOCUMENT}`);
});
afterEach(() => host.close());

const list = async (pages: "known" | "all" = "known") => (await host.call("list-characters", { pages })).characters;
const idOf = (name: string) => [...host.stage.scene.records.values()].find((node) => node.name === name)!.id;
const dataOf = (id: string) => host.stage.scene.get(id).pluginData;

test("a section called @Ada is one: its pictures with a role each, and the words that stand for its name", async () => {
  const [ada, ...more] = await list();
  expect(more).toEqual([]);
  expect(ada).toMatchObject({ name: "Ada", kind: "Section", words: "a woman with dark hair", fromLibrary: false });
  expect(ada!.references.map(({ layer, role, weight, start, end }) => [layer.name, role, weight, start, end])).toEqual([
    ["Portrait", "face", 0.8, 0, 1],
    ["Ada, outfit", "outfit", 0.8, 0, 1],
  ]);
});

test("those of other pages are found when they are looked for, and known from then on", async () => {
  expect((await list("all")).map(({ name, page }) => [name, page])).toEqual([
    ["Ada", "Page 1"],
    ["Ben", "Cast"],
  ]);
  expect((await list()).map(({ name }) => name)).toEqual(["Ada", "Ben"]);
});

test("listing changes nothing in the file", async () => {
  const before = host.stage.scene.snapshot();
  await list();
  expect([...host.stage.scene.records]).toEqual([...before]);
});

test("a role is kept in the layer; what is not one there is not believed", async () => {
  const portrait = idOf("Portrait");
  const note = { role: "style", weight: 0.5, start: 0.2, end: 0.9 } as const;
  await host.call("set-reference", { layer: portrait, note });
  expect((await list())[0]!.references[0]).toMatchObject(note);
  for (const wrong of [
    "{",
    "[]",
    '{"role":"king","weight":1,"start":0,"end":1}',
    '{"role":"face","weight":9,"start":0,"end":1}',
    '{"role":"face","weight":1,"start":1,"end":0}',
  ]) {
    host.stage.scene.patch(portrait, { pluginData: { reference: wrong } });
    expect((await list())[0]!.references[0]).toMatchObject({ role: "face", weight: 0.8, start: 0, end: 1 });
  }
});

test.each(["{", '["a",1]', '{"a":1}', `[${'"x",'.repeat(5000)}"x"]`])(
  "a list of characters that is none is no list: %.20s",
  async (text) => {
    host.stage.scene.patch("0:0", { pluginData: { characters: text } });
    expect((await list()).map(({ name }) => name)).toEqual(["Ada"]);
  },
);

test("a frame of pictures becomes a character itself", async () => {
  const id = idOf("Poster");
  const count = host.stage.scene.records.size;
  expect(await host.call("save-character", { nodes: [id], name: "Poster" })).toEqual({ node: id, copied: false });
  expect(host.stage.scene.records.size).toBe(count);
  expect(dataOf(id)).toEqual({ character: "yes" });
  expect((await list()).map(({ name }) => name).sort()).toEqual(["Ada", "Poster"]);
});

test("other layers stay as they are: pictures of them lie in a section beside them, in free space; one step of undo", async () => {
  const { scene } = host.stage;
  const photo = scene.get(idOf("Photo"));
  const selected = scene.get(host.stage.currentPage).selection;
  const before = new Map(scene.records);
  const { node, copied } = await host.call("save-character", { nodes: [photo.id], name: "Cleo" });
  expect(copied).toBe(true);
  expect(scene.get(photo.id)).toEqual(photo);
  expect(scene.get(host.stage.currentPage).selection).toEqual(selected);
  const cleo = (await list()).find(({ name }) => name === "Cleo");
  expect(cleo).toMatchObject({ id: node, kind: "Section", references: [{ layer: { name: "Photo" }, role: "face" }] });
  host.stage.history.undo();
  expect(new Set(scene.records.keys())).toEqual(new Set(before.keys()));
});

test("selected layers are added as pictures to the right of those there are, in one step of undo; they stay as they are", async () => {
  const { scene } = host.stage;
  const [photo, ada] = [scene.get(idOf("Photo")), idOf("@Ada")];
  const before = new Map(scene.records);
  const { width, height } = scene.get(ada);
  await host.call("add-references", { character: ada, nodes: [photo.id, idOf("Poster")] });
  expect(scene.get(photo.id)).toEqual(photo);
  const names = (await list())[0]!.references.map(({ layer }) => layer.name);
  expect(names).toEqual(["Portrait", "Ada, outfit", "Photo", "Poster"]);
  const grown = scene.get(ada);
  const boxes = grown.children
    .map((id) => scene.get(id))
    .map(({ name, transform: [[, , x]], ...of }) => ({ name, x, ...of }));
  const added = boxes.filter(({ name }) => name === "Photo" || name === "Poster");
  const right = Math.max(...boxes.slice(0, -added.length).map(({ x, width }) => x + width));
  expect(added.map(({ x }) => x > right)).toEqual([true, true]);
  expect(added[1]!.x).toBeGreaterThan(added[0]!.x + added[0]!.width);
  expect(grown.width).toBeGreaterThan(added[1]!.x + added[1]!.width);
  for (const each of added) expect(grown.height).toBeGreaterThan(each.height);
  host.stage.history.undo();
  expect(new Set(scene.records.keys())).toEqual(new Set(before.keys()));
  expect(scene.get(ada)).toMatchObject({ width, height });
});

test("a character takes no more pictures than a request, and a library's takes none", async () => {
  const nodes = Array.from({ length: 9 }, () => idOf("Photo"));
  await expect(host.call("add-references", { character: idOf("@Ada"), nodes })).rejects.toThrow(
    "more than 10 pictures",
  );
  expect((await list())[0]!.references).toHaveLength(2);
});

test("a component stands for its copies; a copy of a library's has the roles that are set there", async () => {
  await host.script(`
    const cast = figma.createComponent();
    cast.name = "@Dora";
    const face = figma.createRectangle();
    face.name = "Style";
    face.resize(50, 50);
    face.fills = [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }];
    cast.appendChild(face);
    const copy = cast.createInstance();
    copy.name = "Her";
    copy.x = 300;
  `);
  const own = (await list()).filter(({ name }) => name === "Dora");
  expect(own.map(({ kind, fromLibrary }) => [kind, fromLibrary])).toEqual([["Component", false]]);
  host.stage.scene.toLibrary(idOf("@Dora"));
  const [remote] = (await list()).filter(({ name }) => name === "Dora");
  expect(remote).toMatchObject({
    id: idOf("Her"),
    kind: "Instance",
    fromLibrary: true,
    references: [{ role: "style" }],
  });
});

test("frames for a sheet stand in rows of four in free space; nothing else moves; one step of undo", async () => {
  const { scene } = host.stage;
  const before = new Map(scene.records);
  const names = ["waving", "reading", "asleep", "running", "at night"];
  const { frames } = await host.call("make-frames", { names, width: 100, height: 80, beside: idOf("@Ada") });
  expect(frames.map(({ name }) => name)).toEqual(names);
  const places = frames.map(({ id }) => scene.get(id).transform).map(([[, , x], [, , y]]) => [x, y]);
  const [[left, top]] = places as [[number, number]];
  expect(places).toEqual([0, 1, 2, 3, 4].map((i) => [left + (i % 4) * 140, top + Math.floor(i / 4) * 120]));
  for (const [id, node] of before) if (node.type !== "PAGE") expect(scene.get(id)).toEqual(node);
  host.stage.history.undo();
  expect(scene.records.size).toBe(before.size);
});

test("of a character on another page they stand where one looks, on the page that one is on", async () => {
  await list("all");
  const { scene } = host.stage;
  await host.script("figma.viewport.center = { x: 5000, y: 3000 };");
  const { frames } = await host.call("make-frames", {
    ...{ names: ["waving"], width: 100, height: 80 },
    beside: idOf("Character: Ben"),
  });
  const frame = scene.get(frames[0]!.id);
  expect(frame.parent).toBe(host.stage.currentPage);
  expect(frame.transform.map(([, , at]) => at)).toEqual([5040, 2960]);
});

test("placed pictures are found on every page", async () => {
  const face = [...host.stage.scene.records.values()].find(({ name }) => name === "Face")!;
  host.stage.scene.patch(face.id, { pluginData: { recipe: "any" } });
  const { pictures } = await host.call("placed-pictures", {});
  expect(pictures.map(({ layer, page, recipe }) => [layer.name, page, recipe])).toEqual([["Face", "Cast", "any"]]);
});

test("pictures of another page can be exported, and a layer there can be gone to", async () => {
  const { id } = [...host.stage.scene.records.values()].find(({ name }) => name === "Face")!;
  const { exports } = await host.call("export-layers", { layers: [{ node: id, scale: 1, bounds: "box" }] });
  expect(exports[0]!.bytes.length).toBeGreaterThan(0);
  await host.call("show-layer", { node: id });
  expect(host.stage.scene.get(host.stage.currentPage)).toMatchObject({ name: "Cast", selection: [id] });
});
