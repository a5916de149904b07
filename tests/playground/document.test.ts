/** The document's rules, as a plugin meets them. */
import { createTestStage, inFigma, png } from "./test-stage.ts";

const close = (value: unknown, expected: number[]) => {
  for (const [i, number] of (value as number[]).entries()) expect(number).toBeCloseTo(expected[i]!, 6);
};

const FLAT = "const flat = (t) => [...t[0], ...t[1]];";
const BOX = "const box = (n) => { const b = n.absoluteBoundingBox; return [b.x, b.y, b.width, b.height]; };";

test("transforms are relative to the container; groups are not containers", async () => {
  const { value } = await inFigma(`${BOX}
    const frame = figma.createFrame(); frame.x = 100; frame.y = 50;
    const rect = figma.createRectangle(); frame.appendChild(rect); rect.x = 10; rect.y = 20; rect.resize(30, 40);
    const group = figma.group([rect], frame);
    return [...box(rect), rect.x, rect.y, group.x, group.y, group.width, group.height];
  `);
  expect(value).toEqual([110, 70, 30, 40, 10, 20, 10, 20, 30, 40]);
});

test("rotation is counter-clockwise about the top-left corner", async () => {
  const { value } = await inFigma(`${BOX}
    const rect = figma.createRectangle(); rect.resize(100, 50); rect.x = 10; rect.y = 10; rect.rotation = 90;
    return [rect.rotation, rect.x, rect.y, ...box(rect)];
  `);
  close(value, [90, 10, 10, 10, -90, 50, 100]);
});

test("relativeTransform takes flips, and never scale", async () => {
  const { value } = await inFigma(`${FLAT} ${BOX}
    const rect = figma.createRectangle(); rect.resize(100, 50);
    rect.relativeTransform = [[-2, 0, 300], [0, 2, 40]];
    return [...flat(rect.relativeTransform), rect.width, ...box(rect)];
  `);
  close(value, [-1, 0, 300, 0, 1, 40, 100, 200, 40, 100, 50]);
});

test("a group fits its children, moves them, scales them, and goes with the last", async () => {
  const { value } = await inFigma(`${BOX}
    const a = figma.createRectangle(), b = figma.createEllipse();
    b.x = 150; b.y = 60; b.resize(50, 40);
    const group = figma.group([a, b], figma.currentPage);
    const first = box(group);
    group.x += 10; const moved = [a.x, b.x];
    group.resize(400, 200); const scaled = [...box(b)];
    a.remove(); const refitted = box(group);
    b.remove();
    return [first, moved, scaled, refitted, group.removed];
  `);
  expect(value).toEqual([[0, 0, 200, 100], [10, 160], [310, 120, 100, 80], [310, 120, 100, 80], true]);
});

test("rows and columns are laid out: padding, spacing, alignment, hugging, filling", async () => {
  const { value } = await inFigma(`
    const row = figma.createFrame(); row.layoutMode = "HORIZONTAL"; row.itemSpacing = 8; row.paddingLeft = 10; row.paddingTop = 4; row.paddingRight = 10; row.paddingBottom = 6;
    const add = (w, h) => { const r = figma.createRectangle(); r.resize(w, h); row.appendChild(r); return r; };
    const a = add(50, 20), b = add(30, 40);
    const hug = [row.width, row.height, a.x, a.y, b.x, b.y];
    row.counterAxisAlignItems = "CENTER"; const centred = a.y;
    a.x = 999; const stays = a.x;
    row.primaryAxisSizingMode = "FIXED"; row.resize(200, row.height); b.layoutGrow = 1;
    const filled = [b.width, b.layoutSizingHorizontal];
    a.layoutPositioning = "ABSOLUTE"; a.x = 5; a.y = 7;
    return [hug, centred, stays, filled, [a.x, a.y], b.x];
  `);
  expect(value).toEqual([[108, 50, 10, 4, 68, 4], 14, 10, [122, "FILL"], [5, 7], 10]);
});

test("instances: properties can change, structure and place cannot", async () => {
  const { value } = await inFigma(`
    const component = figma.createComponent(); const inner = figma.createRectangle(); component.appendChild(inner);
    const instance = component.createInstance();
    const [copy] = instance.children;
    copy.fills = [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }];
    const main = await instance.getMainComponentAsync();
    const tries = [() => instance.appendChild(figma.createRectangle()), () => copy.remove(), () => { copy.x = 5; }, () => figma.group([copy], figma.currentPage), () => instance.mainComponent];
    const refused = tries.map((act) => { try { act(); return "allowed"; } catch (e) { return e.message; } });
    return [copy.id.startsWith("I" + instance.id + ";"), main === component, inner.fills[0].color.r < 1, refused];
  `);
  const [id, same, untouched, refused] = value as [boolean, boolean, boolean, string[]];
  expect([id, same, untouched]).toEqual([true, true, true]);
  expect(refused[0]).toContain("New parent is an instance or is inside of an instance");
  expect(refused[1]).toContain("Removing this node is not allowed");
  expect(refused[2]).toContain("cannot be overridden in an instance");
  expect(refused[3]).toContain("inside of an instance");
  expect(refused[4]).toContain("getMainComponentAsync");
});

test.each([
  [`figma.createRectangle().layoutPositioning = "ABSOLUTE"`, `if the parent node has layoutMode !== "NONE"`],
  [`figma.createRectangle().opacity = NaN`, "Expected number, received nan"],
  [`figma.createRectangle().opacity = 2`, "less than or equal to 1"],
  [`figma.createRectangle().fills = [{ type: "SOLID", color: { r: 1, g: 0 } }]`, "Required value missing at .b"],
  [`figma.createRectangle().fills = [{ type: "SOLID", colour: 1 }]`, "Unrecognized key(s) in object: 'colour'"],
  [`figma.createRectangle().fills = [{ type: "IMAGE", imageHash: null }]`, "missing at .scaleMode"],
  [`figma.createRectangle().resize(0, 5)`, "greater than or equal to 0.01"],
  [`figma.createRectangle().appendChild`, "no such property 'appendChild' on RECTANGLE node"],
  [`const r = figma.createRectangle(); r.remove(); r.name`, "does not exist"],
  [`const f = figma.createFrame(); f.appendChild(f)`, "ancestor of the new parent"],
  [`figma.createFrame().appendChild(figma.createSection())`, "A section can only be a child"],
  [`figma.createImage(new Uint8Array([1, 2, 3]))`, "Image type is unsupported"],
  [`figma.createText().characters = "x"`, "unloaded font"],
  [`figma.root.setPluginData("k", "x".repeat(102400))`, "100 kB"],
  [`figma.createRectangle().setRelaunchData({ nonsense: "" })`, "not a relaunchButtons command"],
  [`await figma.clientStorage.setAsync("k", "x".repeat(6e6))`, "quota"],
  [`figma.notify("x".repeat(101))`, "exceeds 100"],
  [`figma.currentPage.selection = [figma.root]`, "only include nodes of that page"],
  [
    `await figma.createRectangle().exportAsync({ format: "SVG" })`,
    "not available in the playground: exportAsync as SVG",
  ],
])("%s is refused", async (code, message) => {
  await expect(inFigma(code)).rejects.toThrow(message);
});

test("pages exist only once they are loaded", async () => {
  const stage = createTestStage();
  const other = stage.scene.createPage("Other");
  stage.scene.create("RECTANGLE", other.id);
  const { value } = await inFigma(
    `const page = figma.root.children[1];
     let refused; try { page.children } catch (e) { refused = e.message; }
     await page.loadAsync();
     return [refused, page.children.length];`,
    { stage },
  );
  expect(value).toEqual([expect.stringContaining("has not been loaded"), 1]);
});

test("createImage() reads the size, refuses 4097 pixels, and gives the bytes back", async () => {
  const stage = createTestStage();
  const small = await png(7, 5);
  const large = await png(4097, 1);
  stage.storage.set("small", small);
  stage.storage.set("large", large);
  const { value } = await inFigma(
    `const image = figma.createImage(await figma.clientStorage.getAsync("small"));
     let refused; try { figma.createImage(await figma.clientStorage.getAsync("large")); } catch (e) { refused = e.message; }
     const back = await figma.getImageByHash(image.hash).getBytesAsync();
     return [await image.getSizeAsync(), image.hash.length, back.length, refused];`,
    { stage },
  );
  expect(value).toEqual([{ width: 7, height: 5 }, 40, small.length, "in createImage: Image is too large"]);
});

test("one commitUndo() is one step, and undo brings everything back", async () => {
  const { stage, value } = await inFigma(`
    const rect = figma.createRectangle(); rect.name = "kept"; figma.commitUndo();
    rect.x = 50; rect.name = "changed"; figma.createEllipse(); figma.commitUndo();
    figma.triggerUndo();
    return [rect.name, rect.x, figma.currentPage.children.length];
  `);
  expect(value).toEqual(["kept", 0, 1]);
  stage.history.redo();
  expect([...stage.scene.records.values()].map((node) => node.name)).toContain("changed");
  stage.history.undo();
  stage.history.undo();
  expect(stage.scene.get(stage.currentPage).children).toEqual([]);
});

test("absoluteRenderBounds counts strokes and clipping, and is null where nothing shows", async () => {
  const { value } = await inFigma(`
    const frame = figma.createFrame(); const rect = figma.createRectangle(); frame.appendChild(rect);
    rect.x = 80; rect.strokes = [{ type: "SOLID", color: { r: 0, g: 0, b: 0 } }]; rect.strokeWeight = 4; rect.strokeAlign = "OUTSIDE";
    const clipped = rect.absoluteRenderBounds;
    frame.clipsContent = false; const free = rect.absoluteRenderBounds;
    frame.visible = false;
    return [clipped, free, rect.absoluteRenderBounds, rect.absoluteBoundingBox];
  `);
  expect(value).toEqual([
    { x: 76, y: 0, width: 24, height: 100 },
    { x: 76, y: -4, width: 108, height: 108 },
    null,
    { x: 80, y: 0, width: 100, height: 100 },
  ]);
});

test("vectors take paths and fit them; boolean operations fit their shapes", async () => {
  const { value } = await inFigma(`
    const vector = figma.createVector();
    vector.vectorPaths = [{ windingRule: "NONE", data: "M 10 20 L 110 20 Q 110 70 60 70" }];
    const a = figma.createRectangle(), b = figma.createRectangle(); b.x = 50;
    const union = figma.union([a, b], figma.currentPage);
    return [vector.x, vector.y, vector.width, vector.height, union.width, union.children.length, union.booleanOperation];
  `);
  expect(value).toEqual([10, 20, 100, 50, 150, 2, "UNION"]);
});

test("findAll() and its kin search the tree", async () => {
  const { value } = await inFigma(`
    const frame = figma.createFrame(); const rect = figma.createRectangle(); rect.name = "in"; frame.appendChild(rect);
    return [figma.currentPage.findAll().length, figma.currentPage.findOne((n) => n.name === "in") === rect,
      figma.currentPage.findChild((n) => n.name === "in"), frame.findAllWithCriteria({ types: ["RECTANGLE"] })[0] === rect,
      "children" in rect, "fills" in rect, rect.getTopLevelFrame() === frame];
  `);
  expect(value).toEqual([2, true, null, true, false, true, true]);
});
