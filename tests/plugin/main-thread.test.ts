import type { OpenJob, SelectionInfo, Settings } from "../../plugin/bridge.ts";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { until } from "../playground/test-stage.ts";
import { type Host, openHost, png } from "./strict-host.ts";

const SCENERY = `
  const add = (type, name, x, y, w, h, parent) => {
    const node = figma["create" + type]();
    (parent || figma.currentPage).appendChild(node);
    node.name = name; node.resize(w, h); node.x = x; node.y = y;
    return node;
  };
  const find = (name) => figma.currentPage.findOne((node) => node.name === name);
  const select = (...names) => { figma.currentPage.selection = names.map(find); };
  const paint = async (node) => { const image = figma.createImage(figma.base64Decode(PNG)); node.fills = [{ type: "IMAGE", imageHash: image.hash, scaleMode: "FILL" }]; };
`;

let host: Host;
afterEach(() => host.close());

const open = async (setUp: string, command?: string) => {
  const picture = Buffer.from(await png(40, 20)).toString("base64");
  host = await openHost(`const PNG = ${JSON.stringify(picture)}; ${SCENERY} ${setUp}`, command);
};
const idOf = (name: string) => host.script<string>(`${SCENERY} return find(${JSON.stringify(name)}).id;`);
const selection = async (): Promise<SelectionInfo> => (await host.call("start", {})).selection;

test("readSelection() says what to do when nothing is selected", async () => {
  await open("");
  expect(await selection()).toMatchObject({ kind: "none" });
});

test("readSelection() describes a target as a designer would", async () => {
  await open(`add("Frame", "Hero", 0, 0, 390, 280); select("Hero");`);
  expect(await selection()).toMatchObject({
    kind: "target",
    target: { name: "Hero", kind: "Frame", width: 390, height: 280, hasPicture: false },
  });
});

test("readSelection() takes a shape above a picture as its mask, in any order of selecting", async () => {
  await open(
    `await paint(add("Rectangle", "Photo", 0, 0, 200, 100)); add("Ellipse", "Spot", 50, 20, 40, 40); select("Spot", "Photo");`,
  );
  expect(await selection()).toMatchObject({
    kind: "target",
    target: { name: "Photo", kind: "Image", hasPicture: true },
    mask: { name: "Spot" },
  });
});

test("readSelection() takes shapes that look out from under a picture as its mask, too", async () => {
  await open(`add("Rectangle", "Ground", 0, 0, 200, 100); await paint(add("Rectangle", "Photo", 50, 0, 50, 50));
    add("Ellipse", "Spot", 60, 10, 10, 10); select("Ground", "Photo", "Spot");`);
  const target = { name: "Photo" };
  const known = { kind: "target", target, mask: { name: "Spot" }, alsoMasks: [{ name: "Ground" }], beyond: "around" };
  expect(await selection()).toMatchObject(known);
  await host.script(`const find = (name) => figma.currentPage.findOne((node) => node.name === name);
    figma.currentPage.selection = ["Photo", "Ground"].map(find);`);
  expect(await selection()).toMatchObject({ kind: "target", target, mask: { name: "Ground" }, beyond: "around" });
});

test("readSelection() knows at which scale a layer is exported, by its own settings and those around it", async () => {
  await open(`
    const f = add("Frame", "F", 0, 0, 100, 50); const a = add("Rectangle", "A", 0, 0, 20, 20, f); add("Rectangle", "B", 300, 0, 20, 20);
    f.exportSettings = [{ format: "SVG" }, { format: "PNG", constraint: { type: "WIDTH", value: 150 } }];
    a.exportSettings = [{ format: "PNG" }, { format: "JPG", suffix: "@3x", constraint: { type: "SCALE", value: 3 } }];
    select("F", "A", "B");`);
  const scaleOf = async (name: string) =>
    (await host.call("describe-layers", { nodes: [await idOf(name)] })).layers[0]!.exportScale;
  expect([await scaleOf("F"), await scaleOf("A"), await scaleOf("B")]).toEqual([1.5, 3, undefined]);
  const several = await selection();
  expect(several.kind === "several" && several.targets.map(({ exportScale }) => exportScale)).toEqual([
    1.5,
    3,
    undefined,
  ]);
});

test.each([
  [
    "the frame it was drawn in",
    `const f = add("Frame", "Hero", 0, 0, 300, 200); await paint(f); add("Ellipse", "Spot", 9, 9, 40, 40, f);`,
  ],
  [
    "a picture beside it",
    `await paint(add("Rectangle", "Hero", 0, 0, 300, 200)); add("Ellipse", "Spot", 9, 9, 40, 40);`,
  ],
  [
    "a picture in a frame below",
    `const f = add("Frame", "F", 0, 0, 300, 200); await paint(add("Rectangle", "Hero", 0, 0, 90, 90, f)); add("Text", "Spot", 9, 9, 40, 40);`,
  ],
  [
    "a picture below the frame it is in",
    `await paint(add("Rectangle", "Hero", 0, 0, 90, 90)); add("Ellipse", "Spot", 9, 9, 40, 40, add("Frame", "F", 0, 0, 50, 50));`,
  ],
  [
    "the upper of two",
    `await paint(add("Rectangle", "Low", 0, 0, 90, 90)); await paint(add("Rectangle", "Hero", 0, 0, 90, 90)); add("Ellipse", "Spot", 9, 9, 40, 40);`,
  ],
  [
    "what shows, past a hidden one",
    `await paint(add("Rectangle", "Hero", 0, 0, 90, 90)); const h = add("Rectangle", "Hidden", 0, 0, 90, 90); await paint(h); h.visible = false; add("Ellipse", "Spot", 9, 9, 40, 40);`,
  ],
])("readSelection() finds the picture under a shape: %s", async (_what, setUp) => {
  await open(`${setUp} select("Spot");`);
  expect(await selection()).toMatchObject({ kind: "target", target: { name: "Spot" }, under: { name: "Hero" } });
});

test.each([
  ["beside every picture", `await paint(add("Rectangle", "Hero", 0, 0, 90, 90)); add("Ellipse", "A", 100, 0, 40, 40);`],
  ["below a picture", `add("Ellipse", "A", 0, 0, 40, 40); await paint(add("Rectangle", "Hero", 0, 0, 90, 90));`],
  ["that is a frame", `await paint(add("Rectangle", "Hero", 0, 0, 90, 90)); add("Frame", "A", 0, 0, 40, 40);`],
])("readSelection() finds no picture under a layer %s", async (_what, setUp) => {
  await open(`${setUp} select("A");`);
  expect(await selection()).not.toHaveProperty("under");
});

test.each([
  ["beside each other", `add("Rectangle", "A", 0, 0, 50, 50); add("Rectangle", "B", 100, 0, 50, 50);`],
  ["with a picture beside", `add("Rectangle", "A", 0, 0, 50, 50); await paint(add("Rectangle", "B", 60, 0, 50, 50));`],
  ["with a frame above", `add("Rectangle", "A", 0, 0, 50, 50); add("Frame", "B", 10, 0, 50, 50);`],
])("readSelection() takes two layers %s as several", async (_what, setUp) => {
  await open(`${setUp} select("A", "B");`);
  expect(await selection()).toMatchObject({ kind: "several", total: 2 });
});

test("readSelection() tells of several layers in reading order, with the texts in them and next to them", async () => {
  await open(`
    const row = (name, x, y) => { const f = add("Frame", name, x, y, 50, 50); return f; };
    row("D", 0, 108); row("B", 100, 6); const a = row("A", 0, 0); row("C", 210, -10);
    await figma.loadFontAsync({ family: "Inter", style: "Regular" });
    const text = (name, words, x, y, parent) => { const t = add("Text", name, x, y, 10, 10, parent); t.characters = words; return t; };
    text("Title", "in A", 5, 5, a); text("Title", "under B", 100, 60); text("Title", "under D", 0, 160);
    text("Hidden", "no", 0, 0, a).visible = false;
    select("D", "C", "B", "A");`);
  const told = await selection();
  if (told.kind !== "several") throw new Error(told.kind);
  expect(told.targets.map(({ name }) => name)).toEqual(["A", "B", "C", "D"]);
  const titleOf = (name: string) => told.targets.find((target) => target.name === name)!.texts[0]!.text;
  expect(["A", "B", "D"].map(titleOf)).toEqual(["in A", "under B", "under D"]);
  expect(told.targets[0]!.texts.map(({ name }) => name)).not.toContain("Hidden");
});

test("readSelection() asks which of several pictures under a shape is meant", async () => {
  await open(`
    const a = add("Rectangle", "A", 0, 0, 50, 50); await paint(a); const b = add("Rectangle", "B", 20, 0, 50, 50); await paint(b);
    const c = add("Rectangle", "C", 500, 0, 50, 50); await paint(c); add("Ellipse", "Spot", 25, 10, 10, 10);
    select("A", "B", "Spot");`);
  const asked = { masks: [{ name: "Spot" }], pictures: [{ name: "A" }, { name: "B" }] };
  expect(await selection()).toMatchObject({ kind: "several", question: asked });
  await host.script(`const find = (name) => figma.currentPage.findOne((node) => node.name === name);
    figma.currentPage.selection = ["A", "C", "Spot"].map(find);`);
  expect(await selection()).not.toHaveProperty("question");
  await host.script(`const find = (name) => figma.currentPage.findOne((node) => node.name === name);
    figma.currentPage.selection = ["B", "Spot"].map(find);`);
  expect(await selection()).toMatchObject({ kind: "target", target: { name: "B" }, mask: { name: "Spot" } });
});

test("readSelection() says which of several layers can't be painted into", async () => {
  await open(`add("Frame", "A", 0, 0, 50, 50); add("Frame", "B", 100, 0, 50, 50).visible = false; select("A", "B");`);
  expect(await selection()).toMatchObject({ kind: "several", targets: [], refused: { message: /“B” is hidden/ } });
});

test.each([
  ["a slice", `const s = figma.createSlice(); s.name = "A"; s.resize(20, 20);`, "is a slice"],
  ["a hidden layer", `add("Rectangle", "A", 0, 0, 50, 50).visible = false;`, "is hidden"],
  [
    "a layer in a hidden frame",
    `const f = add("Frame", "F", 0, 0, 90, 90); add("Rectangle", "A", 0, 0, 50, 50, f); f.visible = false;`,
    "is hidden",
  ],
  ["a layer without area", `add("Rectangle", "A", 0, 0, 50, 0.01);`, "has no area"],
])("readSelection() refuses %s with the reason", async (_what, setUp, reason) => {
  await open(`${setUp} select("A");`);
  const seen = await selection();
  expect(seen).toMatchObject({ kind: "unsupported", problem: { code: "selection-unsupported" } });
  expect(seen.kind === "unsupported" && seen.problem.message).toContain(reason);
  await expect(host.call("take-ticket", { target: await idOf("A") })).rejects.toMatchObject({
    code: "selection-unsupported",
  });
});

test("watchSelection() tells of a new selection and of an edit of the selected layer", async () => {
  await open(`add("Rectangle", "A", 0, 0, 50, 50);`);
  await host.script(`${SCENERY} select("A");`);
  await until(() => host.events().length === 1);
  await host.script(`${SCENERY} find("A").resize(60, 50);`);
  await until(() => host.events().length === 2);
  const fingerprints = (host.events() as { event: { selection: { target: { fingerprint: string } } } }[]).map(
    ({ event }) => event.selection.target.fingerprint,
  );
  expect(fingerprints[0]).not.toBe(fingerprints[1]);
});

test("watchDrops() tells where one of our pictures was dropped, and leaves other drops to Figma", async () => {
  await open(`add("Frame", "A", 10, 20, 50, 50);`);
  const node = await idOf("A");
  host.drop({ node, absoluteX: 30, absoluteY: 40, dropMetadata: undefined });
  host.drop({ node, absoluteX: 30, absoluteY: 40, dropMetadata: { job: "a" } });
  await until(() => host.events().length > 0);
  expect(host.events()).toEqual([
    { kind: "event", event: { type: "dropped", job: "a", spot: { x: 30, y: 40, inside: node } } },
  ]);
});

test("takeTicket() knows how fine the target's own image is", async () => {
  await open(`await paint(add("Rectangle", "Photo", 0, 0, 10, 5)); add("Rectangle", "Plain", 0, 0, 10, 5);`);
  expect((await host.call("take-ticket", { target: await idOf("Photo") })).naturalScale).toBe(4);
  expect((await host.call("take-ticket", { target: await idOf("Plain") })).naturalScale).toBe(2);
});

test("exportLayer() gives the pixels and the rectangle that they cover", async () => {
  await open(`add("Rectangle", "A", 30, 40, 50, 20).rotation = 90;`);
  const { bytes, box } = await host.call("export-layer", { node: await idOf("A"), scale: 2, bounds: "box" });
  expect(box).toEqual({ x: 30, y: -10, width: 20, height: 50 });
  expect([...bytes.slice(1, 4)]).toEqual([...Buffer.from("PNG")]);
});

test("exportLayer() hides a mask inside the picture's frame for that moment only", async () => {
  await open(`const f = add("Frame", "F", 0, 0, 100, 100); add("Ellipse", "Mask", 10, 10, 20, 20, f);`);
  const seen: boolean[] = [];
  const { exportNode, scene } = host.stage;
  const mask = await idOf("Mask");
  Object.assign(host.stage, {
    exportNode: (...args: Parameters<typeof exportNode>) => {
      seen.push(scene.get(mask).visible);
      return exportNode(...args);
    },
  });
  await host.call("export-layer", { node: await idOf("F"), scale: 1, bounds: "box", without: [mask] });
  expect(seen).toEqual([false]);
  expect(scene.get(mask).visible).toBe(true);
  Object.assign(host.stage, { exportNode: () => Promise.reject(new Error("No memory")) });
  await expect(
    host.call("export-layer", { node: await idOf("F"), scale: 1, bounds: "box", without: [mask] }),
  ).rejects.toThrow();
  expect(scene.get(mask).visible).toBe(true);
});

test("the bridge refuses what is not a call of its own", async () => {
  await open("");
  await expect(host.call("thumbnail", {} as never)).rejects.toMatchObject({ code: "internal" });
  await expect(host.call("thumbnail", { node: "99:99" })).rejects.toMatchObject({ code: "target-gone" });
});

test("storage keeps settings, pairing and open jobs from one opening to the next", async () => {
  await open(`add("Rectangle", "A", 0, 0, 50, 50);`);
  const ticket = await host.call("take-ticket", { target: await idOf("A") });
  const settings: Settings = { ...DEFAULT_SETTINGS, prompt: "a fox", steps: undefined };
  const job: OpenJob = {
    job: "a".repeat(32),
    run: "r",
    index: 0,
    of: 1,
    batch: false,
    mode: "generate",
    ticket,
    recipe: "{}",
    steps: 20,
    submittedAt: 1,
  };
  await host.call("save", { slot: "settings", value: settings });
  await host.call("save", { slot: "pairing", value: { pairing: "p", token: "t" } });
  await host.call("save", { slot: "job", value: job });
  expect(await host.call("start", {})).toMatchObject({
    settings: { prompt: "a fox" },
    pairing: { pairing: "p", token: "t" },
    jobs: [job],
  });
  await host.call("save", { slot: "finished-job", value: job.job });
  await host.call("save", { slot: "pairing", value: null });
  expect(await host.call("start", {})).toMatchObject({ pairing: null, jobs: [] });
});

test("each file has its own choices, and what holds everywhere is the same in all", async () => {
  await open("");
  const save = (value: Partial<Settings>) =>
    host.call("save", { slot: "settings", value: { ...DEFAULT_SETTINGS, ...value } });
  const start = async () => (await host.call("start", {})).settings;
  const inFile = (id: string) => host.script(`figma.root.setPluginData("file", "${id}");`);
  const [first, second] = ["1".repeat(32), "2".repeat(32)];
  await inFile(first);
  await save({ prompt: "a fox", steps: 9, language: "en" });
  await inFile(second);
  // A file in which nothing was chosen begins with what was chosen last.
  expect(await start()).toMatchObject({ prompt: "a fox", steps: 9 });
  await save({ prompt: "a pear", steps: 30, language: "de", recentPrompts: ["a pear"] });
  await inFile(first);
  expect(await start()).toMatchObject({ prompt: "a fox", steps: 9, language: "de", recentPrompts: ["a pear"] });
  await inFile(second);
  expect(await start()).toMatchObject({ prompt: "a pear", steps: 30 });
});

test("of more than a hundred files the one that was worked in longest ago is forgotten", async () => {
  await open("");
  const stored = JSON.stringify(DEFAULT_SETTINGS);
  await host.script(
    `for (let i = 0; i < 100; i++) await figma.clientStorage.setAsync("settings:" + i, { savedAt: i === 40 ? 5 : 1000 + i, settings: ${stored} });`,
  );
  await host.script(`figma.root.setPluginData("file", "${"a".repeat(32)}");`);
  await host.call("save", { slot: "settings", value: DEFAULT_SETTINGS });
  const keys = await host.script<string[]>("return figma.clientStorage.keysAsync();");
  const files = keys.filter((key) => key.startsWith("settings:"));
  expect(files).toHaveLength(100);
  expect(files).not.toContain("settings:40");
});

test("storage reads the settings of a version that knew fewer", async () => {
  const { loras: _loras, clipSkip: _clipSkip, eta: _eta, ...older } = DEFAULT_SETTINGS;
  await open("");
  const stored = JSON.stringify({ ...older, prompt: "a fox", scheduler: "dpmpp_2m_karras" });
  await host.script(`await figma.clientStorage.setAsync("settings", ${stored});`);
  const { settings } = await host.call("start", {});
  expect(settings).toEqual({ ...DEFAULT_SETTINGS, prompt: "a fox" });
});

test("select-layers selects what is still there", async () => {
  await open(`add("Rectangle", "A", 0, 0, 50, 50);`);
  const id = await idOf("A");
  expect(await host.call("select-layers", { nodes: [id, "99:99"] })).toMatchObject({
    found: [id],
    selection: { kind: "target", target: { id } },
  });
});

test("select-layers selects a mask alone where its picture is the frame around it", async () => {
  await open(
    `const f = add("Frame", "Hero", 0, 0, 300, 200); await paint(f); add("Ellipse", "Spot", 9, 9, 40, 40, f);`,
  );
  const nodes = [await idOf("Hero"), await idOf("Spot")];
  expect(await host.call("select-layers", { nodes })).toMatchObject({
    found: nodes,
    selection: { kind: "target", target: { name: "Spot" }, under: { name: "Hero" } },
  });
});

test("start tells the command that opened the plugin", async () => {
  await open("", "regenerate");
  expect((await host.call("start", {})).command).toBe("regenerate");
});

test("runSelfTest() finds this host to be as we assume, and leaves nothing behind", async () => {
  await open(`add("Rectangle", "A", 0, 0, 50, 50); select("A");`);
  const { checks } = await host.call("self-test", {});
  expect(checks.filter(({ outcome }) => outcome !== "as assumed")).toEqual([]);
  expect(await host.script(`return figma.currentPage.findAll().map((node) => node.name);`)).toEqual(["A"]);
});

test("readSelection() takes several shapes over a picture as one mask, the topmost first, also out of groups", async () => {
  await open(`
    const photo = await paint(add("Rectangle", "Photo", 0, 0, 100, 100));
    const a = add("Rectangle", "A", 10, 10, 20, 20); const b = add("Ellipse", "B", 50, 50, 20, 20);
    const c = add("Rectangle", "C", 70, 10, 9, 9);
    figma.group([a, c], figma.currentPage).name = "G"; select("Photo", "B", "G");`);
  const seen = await selection();
  expect(seen).toMatchObject({ kind: "target", target: { name: "Photo" } });
  const names = seen.kind === "target" ? [seen.mask, ...(seen.alsoMasks ?? [])].map((layer) => layer?.name) : [];
  expect(names.sort()).toEqual(["B", "G"]);
});

test.each([
  ["a line", `n.fills = []; n.strokes = [SOLID]; n.strokeWeight = 6;`, 6],
  ["a filled shape with a line", `n.strokes = [SOLID]; n.strokeWeight = 6;`, undefined],
  ["a filled shape", "", undefined],
])("describeLayer() knows how wide %s is drawn", async (_name, change, line) => {
  await open(`
    const SOLID = { type: "SOLID", color: { r: 0, g: 0, b: 0 } };
    const n = add("Ellipse", "A", 10, 10, 20, 20); n.fills = [SOLID]; ${change}`);
  const { layers } = await host.call("describe-layers", { nodes: [await idOf("A")] });
  expect(layers[0]!.line).toBe(line);
});

test("exportLayer() shows a hidden mask for that moment only", async () => {
  await open(`add("Ellipse", "Mask", 10, 10, 20, 20).visible = false;`);
  const mask = await idOf("Mask");
  const order = { node: mask, scale: 1, bounds: "rendered" } as const;
  expect((await host.call("export-layer", { ...order, evenHidden: true })).box).toMatchObject({
    width: 20,
    height: 20,
  });
  expect(host.stage.scene.get(mask).visible).toBe(false);
});
