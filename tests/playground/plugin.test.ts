/** The plugin's own main.js in the strict host: placing results over every kind of target. */
import path from "node:path";
import { buildSync } from "esbuild";
import type { Transform } from "../../playground/host/transform.ts";
import type { CallInput, CallName, CallOutput, Ticket } from "../../plugin/bridge.ts";
import { createTestStage, inFigma, png, root, startPlugin, type TestPlugin, until } from "./test-stage.ts";

const { outputFiles } = buildSync({
  entryPoints: [path.join(root, "plugin/main/main.ts")],
  bundle: true,
  write: false,
  format: "iife",
  target: "es2017",
  platform: "neutral",
  define: { BUILD_ID: '"test"' },
});
const main = outputFiles[0]!.text;

const running: TestPlugin[] = [];
afterEach(() => {
  for (const plugin of running.splice(0)) plugin.machine.dispose();
});

interface Opened extends TestPlugin {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
}

type Reply = { kind: string; id?: number; output?: unknown; problem?: { code: string; message: string } };
let calls = 0;

/** Opens the plugin on a stage and speaks the bridge as its window does. */
async function open(stage = createTestStage(), command = "open"): Promise<Opened> {
  const plugin = await startPlugin(main, { stage, command });
  running.push(plugin);
  await until(() => stage.opened.length > 0 || plugin.errors.length > 0);
  const call = async (name: string, input: unknown) => {
    const id = ++calls;
    plugin.run.emit("figma.ui", "message", { kind: "call", id, name, input }, { origin: "null" });
    const find = () => (stage.posted as Reply[]).find((message) => message.kind === "reply" && message.id === id);
    await until(() => find() !== undefined || plugin.errors.length > 0);
    if (plugin.errors.length > 0) throw new Error(plugin.errors.join());
    const { output, problem } = find()!;
    if (problem !== undefined) throw Object.assign(new Error(problem.message), { code: problem.code });
    return output;
  };
  return { ...plugin, call: call as Opened["call"] };
}

/** Prepares the document with `code`, which returns the target (and perhaps the mask), then opens the plugin on it. */
async function prepared(code: string) {
  const stage = createTestStage();
  const { value } = await inFigma(
    `const made = await (async () => { ${code} })(); return [].concat(made).map((n) => n.id)`,
    {
      stage,
    },
  );
  const [target, mask] = value as [string, string | undefined];
  stage.posted.length = 0;
  stage.opened.length = 0;
  stage.history.commit();
  const plugin = await open(stage);
  const ticket = await plugin.call("take-ticket", { target, ...(mask === undefined ? {} : { mask }) });
  return { ...plugin, stage, target, mask, ticket };
}

const place = async (plugin: Opened, ticket: Ticket, where: "over" | "over anyway" | "beside" = "over") =>
  plugin.call("place-layer", {
    ticket,
    bytes: await png(64, 64),
    name: "Apple",
    recipe: '{"seed":1}',
    where,
    ...{ fit: "cover", layering: "front", job: "j", replaces: [] },
  });

const flat = (transform: Transform) => transform.flat();

const TARGETS: readonly (readonly [string, string])[] = [
  ["a rectangle on the page", `const r = figma.createRectangle(); r.x = 30; r.y = 40; return r`],
  ["a frame", `const f = figma.createFrame(); f.x = -200; f.resize(333, 77); return f`],
  ["an ellipse", `const e = figma.createEllipse(); e.x = 5; return e`],
  ["a turned rectangle", `const r = figma.createRectangle(); r.x = 100; r.y = 100; r.rotation = 37; return r`],
  [
    "a flipped rectangle",
    `const r = figma.createRectangle(); r.relativeTransform = [[-1, 0, 300], [0, 1, 20]]; return r`,
  ],
  [
    "a turned and flipped layer in a turned frame",
    `const f = figma.createFrame(); f.x = 50; f.rotation = -20; const r = figma.createRectangle(); f.appendChild(r);
     r.relativeTransform = [[0, -1, 60], [-1, 0, 90]]; return r`,
  ],
  [
    "a layer that its frame clips",
    `const f = figma.createFrame(); const r = figma.createRectangle(); f.appendChild(r); r.x = 60; r.y = -20; return r`,
  ],
  [
    "a layer in auto layout",
    `const f = figma.createFrame(); f.layoutMode = "HORIZONTAL"; f.itemSpacing = 10;
     for (let i = 0; i < 2; i++) f.appendChild(figma.createRectangle());
     return f.children[1]`,
  ],
  [
    "a layer in a group in a group",
    `const f = figma.createFrame(); f.x = 10; f.y = 20; const a = figma.createRectangle(), b = figma.createRectangle();
     f.appendChild(a); f.appendChild(b); a.x = 30; a.y = 35; figma.group([figma.group([a], f), b], f); return a`,
  ],
  ["a locked layer", `const r = figma.createRectangle(); r.locked = true; r.x = 9; return r`],
  [
    "a layer in a section",
    `const s = figma.createSection(); s.x = 70; const r = figma.createRectangle(); s.appendChild(r); r.x = 8; return r`,
  ],
  [
    "a layer inside an instance",
    `const c = figma.createComponent(); c.appendChild(figma.createRectangle()); const i = c.createInstance(); i.x = 400; i.rotation = 15;
     return i.children[0]`,
  ],
  [
    "a part of a boolean shape",
    `const a = figma.createRectangle(), b = figma.createEllipse(); b.x = 40; figma.subtract([a, b], figma.currentPage); return b`,
  ],
];

test.each(TARGETS)("place-layer puts a result exactly over %s, in one step of undo", async (_name, code) => {
  const { target, ticket, ...plugin } = await prepared(code);
  const { scene, history } = plugin.stage;
  const before = [...scene.records.values()];
  const { width, height } = scene.get(target);
  const transform = scene.absoluteTransform(target);
  const { node } = await place(plugin, ticket);
  const placed = scene.get(node);
  for (const [i, value] of flat(scene.absoluteTransform(node)).entries())
    expect(value).toBeCloseTo(flat(transform)[i]!, 6);
  expect([placed.width, placed.height]).toEqual([width, height]);
  expect(scene.absoluteTransform(target)).toEqual(transform);
  expect(scene.instanceAround(node)).toBeUndefined();
  expect(placed.pluginData.recipe).toBe('{"seed":1}');
  expect(Object.keys(placed.relaunchData)).toEqual(["regenerate"]);
  // Directly above what it covers.
  const siblings = scene.get(placed.parent!).children;
  const covered = siblings[siblings.indexOf(node) - 1]!;
  expect([target, ...scene.ancestors(target).map((n) => n.id)]).toContain(covered);
  history.undo();
  expect([...scene.records.values()]).toEqual(before);
});

test("place-layer goes above the mask, which lies above the picture", async () => {
  const { target, mask, ticket, ...plugin } = await prepared(
    `const r = figma.createRectangle(), e = figma.createEllipse(); figma.createStar(); return [r, e]`,
  );
  const { node } = await place(plugin, ticket);
  const { children } = plugin.stage.scene.get(plugin.stage.currentPage);
  expect(children.slice(0, 3)).toEqual([target, mask, node]);
});

test("several results of one target lie above each other in their order", async () => {
  const { target, ticket, ...plugin } = await prepared(
    `const r = figma.createRectangle(); figma.createStar(); return r`,
  );
  const first = await place(plugin, ticket);
  const second = await place(plugin, ticket);
  expect(plugin.stage.scene.get(plugin.stage.currentPage).children.slice(0, 3)).toEqual([
    target,
    first.node,
    second.node,
  ]);
});

test.each([
  ["recoloured", (id: string) => `(await figma.getNodeByIdAsync("${id}")).fills = []`, "target-changed"],
  ["deleted", (id: string) => `(await figma.getNodeByIdAsync("${id}")).remove()`, "target-gone"],
])("a target that was %s while the job ran: refused, and offered beside", async (_how, change, code) => {
  const { target, ticket, ...plugin } = await prepared("return figma.createRectangle()");
  await inFigma(change(target), { stage: plugin.stage });
  const before = plugin.stage.scene.snapshot();
  await expect(place(plugin, ticket)).rejects.toMatchObject({ code });
  expect(plugin.stage.scene.records).toEqual(before);
  const { node } = await place(plugin, ticket, "beside");
  const placed = plugin.stage.scene.get(node);
  expect([placed.parent, placed.width, placed.height]).toEqual([plugin.stage.currentPage, 100, 100]);
  expect(placed.transform[0][2]).toBeGreaterThanOrEqual(100);
});

test.each([
  ["moved", "n.x += 1"],
  ["turned", "n.rotation = 30"],
  ["resized", "n.resize(140, 60)"],
  ["made fainter", "n.opacity = 0.5"],
  ["put into a frame", "const f = figma.createFrame(); f.x = 70; f.appendChild(n)"],
])("a target that was %s while the job ran is followed", async (_how, change) => {
  const { target, ticket, ...plugin } = await prepared("return figma.createRectangle()");
  await inFigma(`const n = await figma.getNodeByIdAsync("${target}"); ${change}`, { stage: plugin.stage });
  const { scene } = plugin.stage;
  const { node } = await place(plugin, ticket);
  for (const [i, value] of flat(scene.absoluteTransform(node)).entries())
    expect(value).toBeCloseTo(flat(scene.absoluteTransform(target))[i]!, 6);
  const [placed, covered] = [scene.get(node), scene.get(target)];
  expect([placed.width, placed.height, placed.parent]).toEqual([covered.width, covered.height, covered.parent]);
});

test("a result is put over a target that shows something else where that is wished for", async () => {
  const { target, ticket, ...plugin } = await prepared("return figma.createRectangle()");
  await inFigma(`(await figma.getNodeByIdAsync("${target}")).fills = []`, { stage: plugin.stage });
  const { node } = await place(plugin, ticket, "over anyway");
  const { children } = plugin.stage.scene.get(plugin.stage.currentPage);
  expect(children.slice(0, 2)).toEqual([target, node]);
});

test("bytes that are no picture change nothing", async () => {
  const { ticket, ...plugin } = await prepared("return figma.createRectangle()");
  const before = plugin.stage.scene.snapshot();
  const bytes = new Uint8Array([1, 2, 3]);
  const input = {
    ticket,
    bytes,
    name: "x",
    recipe: "{}",
    where: "over",
    fit: "cover",
    layering: "front",
    job: "j",
  } as const;
  await expect(plugin.call("place-layer", { ...input, replaces: [] })).rejects.toMatchObject({
    code: "image-not-readable",
  });
  expect(plugin.stage.scene.records).toEqual(before);
});

test("the selection is announced live, a picture with a shape over it as target and mask", async () => {
  const { stage } = await prepared("return figma.createRectangle()");
  const { scene, currentPage } = stage;
  const [rectangle] = scene.get(currentPage).children as [string];
  const ellipse = scene.create("ELLIPSE", currentPage).id;
  stage.posted.length = 0;
  scene.patch(currentPage, { selection: [rectangle, ellipse] });
  await until(() => stage.posted.length > 0);
  expect(stage.posted.at(-1)).toMatchObject({
    event: { type: "selection", selection: { kind: "target", target: { id: rectangle }, mask: { id: ellipse } } },
  });
});

test("settings, pairing and open jobs survive closing the plugin", async () => {
  const { ticket, ...plugin } = await prepared("return figma.createRectangle()");
  const job = {
    job: "a".repeat(32),
    run: "r",
    index: 0,
    of: 1,
    batch: false,
    mode: "generate",
    ticket,
    recipe: "{}",
    steps: 4,
    submittedAt: 1,
  } as const;
  await plugin.call("save", { slot: "job", value: job });
  await plugin.call("save", { slot: "pairing", value: { pairing: "p", token: "t" } });
  plugin.machine.dispose();
  const again = await open(plugin.stage);
  const start = await again.call("start", {});
  expect([start.jobs, start.pairing]).toEqual([[job], { pairing: "p", token: "t" }]);
});

test("the plugin's self-test finds in the playground what it assumes of Figma", async () => {
  const stage = createTestStage();
  const plugin = await open(stage, "self-test");
  const { checks } = await plugin.call("self-test", {});
  const exporting = /export|4096/i;
  const differing = checks.filter(({ name, outcome }) => outcome !== "as assumed" && !exporting.test(name));
  expect(differing).toEqual([]);
  expect(checks.length).toBeGreaterThan(8);
  expect(stage.scene.get(stage.currentPage).children).toEqual([]);
});
