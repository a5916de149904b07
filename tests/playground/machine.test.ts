import { inFigma, startPlugin, until } from "./test-stage.ts";

test("the VM has Figma's globals and nothing more", async () => {
  const { value } = await inFigma(`return Object.keys(globalThis).sort()`);
  expect(value).toEqual([
    "__html__",
    "__uiFiles__",
    "clearInterval",
    "clearTimeout",
    "console",
    "fetch",
    "figma",
    "setInterval",
    "setTimeout",
  ]);
  const missing = await inFigma(
    `return [typeof document, typeof window, typeof WebSocket, typeof XMLHttpRequest, typeof prelude, typeof __call]`,
  );
  expect(new Set(missing.value as string[])).toEqual(new Set(["undefined"]));
});

test("nodes keep their identity, cross as themselves, and await as themselves", async () => {
  const { value } = await inFigma(`
    const rect = figma.createRectangle();
    rect.name = "Apple";
    figma.currentPage.selection = [rect];
    const found = await figma.getNodeByIdAsync(rect.id);
    return [found === rect, figma.currentPage.selection[0] === rect, rect.parent === figma.currentPage, rect.type, String(rect.name)];
  `);
  expect(value).toEqual([true, true, true, "RECTANGLE", "Apple"]);
});

test("bytes cross as copies, both ways", async () => {
  const { value } = await inFigma(`
    const bytes = new Uint8Array([1, 2, 255]);
    await figma.clientStorage.setAsync("k", { bytes, when: "now" });
    bytes[0] = 9;
    const back = await figma.clientStorage.getAsync("k");
    return [Array.from(back.bytes), back.bytes instanceof Uint8Array, back.when, figma.base64Encode(back.bytes), Array.from(figma.base64Decode("AQL/"))];
  `);
  expect(value).toEqual([[1, 2, 255], true, "now", "AQL/", [1, 2, 255]]);
});

test.each([
  ["figma.teamLibrary", "not available in the playground: figma.teamLibrary"],
  ["figma.ui.nonsense", "not available in the playground: figma.ui.nonsense"],
  ["figma.createTable()", "not available in the playground: figma.createTable"],
  ["figma.createRectangle().vectorNetwork", "not available in the playground: RECTANGLE node's vectorNetwork"],
  ["figma.currentPage.fills", "no such property 'fills' on PAGE node"],
  ["figma.createRectangle().colour = 1", "not available in the playground: RECTANGLE node's colour"],
  ["figma.on('documentchange', () => {})", 'not available in the playground: figma.on("documentchange")'],
  ["figma.getNodeById('1:1')", "Cannot call with documentAccess: dynamic-page. Use figma.getNodeByIdAsync instead"],
  ["figma.currentPage = figma.currentPage", "Use figma.setCurrentPageAsync instead"],
  ["figma.currentPage.selection.push(1)", "not extensible"],
  ["figma.createRectangle().fills[0].color.r = 1", "read-only"],
  ["figma.ui.postMessage({ a: new ArrayBuffer(2) })", "Cannot unwrap object of type ArrayBuffer"],
  ["figma.ui.postMessage({ a: new Float32Array(2) })", "Cannot unwrap object of type Float32Array"],
  ["figma.ui.postMessage(() => 1)", "Cannot unwrap function"],
  ["await fetch('x')", "not available in the playground: fetch"],
])("%s throws", async (expression, message) => {
  await expect(inFigma(expression)).rejects.toThrow(message);
});

test("timers run in order, intervals until they are cleared", async () => {
  const { value } = await inFigma(`
    const seen = [];
    setTimeout(() => seen.push("late"), 20);
    setTimeout(() => seen.push("soon"), 1);
    clearTimeout(setTimeout(() => seen.push("never"), 1));
    await new Promise((done) => { let n = 0; const i = setInterval(() => { seen.push(++n); if (n === 3) { clearInterval(i); done(); } }, 12); });
    return seen;
  `);
  expect((value as unknown[]).includes("never")).toBe(false);
  expect(value).toEqual(expect.arrayContaining(["soon", "late", 1, 2, 3]));
});

test("selection events come once, later, for many changes", async () => {
  const { value } = await inFigma(`
    let events = 0;
    figma.on("selectionchange", () => events++);
    const a = figma.createRectangle(), b = figma.createEllipse();
    figma.currentPage.selection = [a];
    figma.currentPage.selection = [a, b];
    const within = events;
    await new Promise((r) => setTimeout(r, 20));
    return [within, events];
  `);
  expect(value).toEqual([0, 1]);
});

test("nodechange names the nodes and their properties", async () => {
  const { value } = await inFigma(`
    const rect = figma.createRectangle();
    await new Promise((r) => setTimeout(r, 400));
    const changes = [];
    figma.currentPage.on("nodechange", (event) => changes.push(...event.nodeChanges.map((c) => [c.type, c.properties ? c.properties.sort().join() : c.node.removed])));
    rect.name = "x"; rect.opacity = 0.5;
    await new Promise((r) => setTimeout(r, 400));
    rect.remove();
    await new Promise((r) => setTimeout(r, 400));
    return changes;
  `);
  expect(value).toEqual([
    ["PROPERTY_CHANGE", "name,opacity"],
    ["DELETE", true],
  ]);
});

test("a plugin that hangs is stopped", async () => {
  const { errors, machine } = await startPlugin("for (;;) {}", { hangMilliseconds: 50 });
  expect(errors).toEqual(["The plugin was stopped: it did not answer for too long"]);
  machine.dispose();
});

test("a plugin that eats memory gets an error, not the page", async () => {
  const { errors, machine } = await startPlugin("const a = []; for (;;) a.push(new Uint8Array(1 << 20));", {
    memoryBytes: 16 << 20,
  });
  expect(errors[0]).toContain("memory");
  machine.dispose();
});

test("closePlugin() fires close first; messages reach figma.ui.onmessage", async () => {
  const { stage, run, machine } = await startPlugin(`
    figma.showUI(__html__, { width: 50, height: 300 });
    figma.on("close", () => figma.root.setPluginData("closed", "yes"));
    figma.ui.onmessage = (message) => { figma.ui.postMessage(message); figma.closePlugin("bye"); };
  `);
  expect(stage.opened).toEqual([{ html: "<p>ui</p>", options: { width: 70, height: 300 } }]);
  run.emit("figma.ui", "message", { hello: [1, undefined] }, { origin: "null" });
  await until(() => stage.closings.length > 0);
  expect(stage.posted).toEqual([{ hello: [1, undefined] }]);
  expect(stage.closings).toEqual(["bye"]);
  expect(stage.scene.get("0:0").pluginData).toEqual({ closed: "yes" });
  machine.dispose();
});

test("Dev Mode reads and writes plugin data, and changes nothing else", async () => {
  await expect(inFigma("figma.createRectangle()", { mode: "inspect" })).rejects.toThrow("Dev Mode");
  await expect(inFigma("figma.currentPage.name = 'x'", { mode: "inspect" })).rejects.toThrow("Dev Mode");
  const { value } = await inFigma("figma.root.setPluginData('k', 'v'); return figma.root.getPluginData('k')", {
    mode: "inspect",
  });
  expect(value).toBe("v");
});
