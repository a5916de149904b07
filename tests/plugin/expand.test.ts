/** Pictures that go beyond their target: how far, and how they are put. */
import type { CallInput, Layering } from "../../plugin/bridge.ts";
import { type Host, openHost, png } from "./strict-host.ts";

let host: Host;
afterEach(() => host.close());

const MARGINS = { left: 10, top: 20, right: 30, bottom: 40 };
const AROUND: Extract<CallInput<"place-layer">["fit"], { around: unknown }> = {
  around: [
    [1, 0, 0],
    [0, 1, 0],
  ],
};

/** Our picture "t", 120 × 80 at (50, 60), in what `more` makes of it. */
async function open(more = ""): Promise<void> {
  const bytes = [...(await png(60, 60, "#123456"))];
  host = await openHost(`
    const hash = figma.createImage(new Uint8Array(${JSON.stringify(bytes)})).hash;
    const t = figma.createRectangle(); t.name = "t"; t.resize(120, 80); t.x = 50; t.y = 60;
    t.fills = [{ type: "IMAGE", imageHash: hash, scaleMode: "FILL" }];
    const rectangle = (name, x, y, w, h) => {
      const node = figma.createRectangle(); node.name = name; node.resize(w, h); node.x = x; node.y = y; return node;
    };
    ${more}`);
}
const id = (name = "t") =>
  host.script<string>(`return figma.currentPage.findOne((node) => node.name === ${JSON.stringify(name)}).id;`);

async function place(layering: Layering, { replaces = [] as string[], job = "j", ticket = undefined as never } = {}) {
  const taken = ticket ?? (await host.call("take-ticket", { target: await id(), expand: MARGINS }));
  return host.call("place-layer", {
    ...{ ticket: taken, bytes: await png(80, 70, job === "j" ? "#00ff00" : "#ff0000"), name: "r", recipe: "{}" },
    ...{ where: "over", fit: AROUND, layering, job, replaces },
  });
}

const look = (name: string) =>
  host.script<{ at: number; box: number[]; transform: number[][]; fills: Paint[]; parent: string }>(`
    const node = figma.currentPage.findOne((each) => each.name === ${JSON.stringify(name)});
    const round = (row) => row.map((value) => Math.round(value * 1000) / 1000 + 0);
    return { at: node.parent.children.findIndex(({ id }) => id === node.id), box: round([node.width, node.height]),
      transform: node.absoluteTransform.map(round), fills: node.fills, parent: node.parent.name };`);
type Paint = { scaleMode: string };

test("a ticket knows the ways in which a picture can be expanded", async () => {
  await open(`const e = figma.createEllipse(); e.name = "round"; e.resize(50, 50); e.fills = t.fills;
    const flow = figma.createFrame(); flow.name = "flow"; flow.layoutMode = "HORIZONTAL";
    const p = t.clone(); p.name = "in flow"; flow.appendChild(p);`);
  const waysOf = async (name: string) =>
    (await host.call("take-ticket", { target: await id(name), expand: MARGINS })).takes;
  expect(await waysOf("t")).toEqual(["behind", "front", "fill"]);
  expect(await waysOf("round")).toEqual(["behind", "front"]);
  expect(await waysOf("in flow")).toEqual(["behind", "front"]);
});

test.each([
  ["behind", 0],
  ["front", 1],
] as const)(
  "a picture that goes beyond its target lies %s it, around it, and the target stays",
  async (layering, at) => {
    await open("t.rotation = 90;");
    const before = await look("t");
    await place(layering);
    const placed = await look("r");
    expect(placed.at).toBe(at);
    expect(placed.box).toEqual([160, 140]);
    // 10 px left and 20 px above, in the target's own, turned space.
    expect(placed.transform).toEqual([
      [0, 1, 30],
      [-1, 0, 70],
    ]);
    expect(await look("t")).toEqual({ ...before, at: 1 - at });
  },
);

test("another variant takes its place, in one step of undo", async () => {
  await open();
  const { node } = await place("behind");
  await place("behind", { replaces: [node], job: "k" });
  const count = () => host.script<number>("return figma.currentPage.children.length;");
  expect(await count()).toBe(2);
  host.stage.history.undo();
  host.stage.history.undo();
  expect(await count()).toBe(1);
});

test("a layer that grows keeps what it shows where it is, and can be made as before", async () => {
  await open("t.rotation = 90;");
  const before = await look("t");
  const ticket = (await host.call("take-ticket", { target: await id(), expand: MARGINS })) as never;
  await place("fill", { ticket });
  const grown = await look("t");
  expect({ box: grown.box, transform: grown.transform }).toEqual({
    ...{ box: [160, 140] },
    transform: [
      [0, 1, 30],
      [-1, 0, 70],
    ],
  });
  expect(grown.fills.map(({ scaleMode }) => scaleMode)).toEqual(["CROP"]);
  // Another variant of the run, from before it grew, is no larger.
  await place("fill", { ticket, replaces: [await id()], job: "k" });
  expect(await look("t")).toMatchObject({ box: grown.box, transform: grown.transform });
  // Before and after.
  const target = await id();
  await host.call("compare", { layers: [target], job: "k", show: "before" });
  expect(await look("t")).toEqual(before);
  await host.call("compare", { layers: [target], job: "k", show: "after" });
  expect(await look("t")).toMatchObject({ box: grown.box, transform: grown.transform });
  await host.call("revert-fill", { node: target });
  expect(await look("t")).toEqual(before);
});

test("growing is one step of undo", async () => {
  await open();
  const before = await look("t");
  await place("fill");
  host.stage.history.undo();
  expect(await look("t")).toEqual(before);
});

test("a frame that cuts off what lies beyond it is named", async () => {
  await open(`const card = figma.createFrame(); card.name = "Card"; card.resize(130, 90); card.x = 45; card.y = 55;
    card.appendChild(t); t.x = 5; t.y = 5;`);
  expect((await place("behind")).note).toBe("“Card” cuts off what lies beyond it.");
  expect((await look("r")).parent).toBe("Card");
});

describe("the selection", () => {
  const selectionOf = async (...names: string[]) => {
    const nodes = [];
    for (const name of names) nodes.push(await id(name));
    return (await host.call("select-layers", { nodes })).selection;
  };

  test("tells how shapes leave the picture", async () => {
    await open(`rectangle("around", 20, 40, 200, 160); rectangle("over an edge", 100, 70, 200, 20);
      rectangle("inside", 60, 70, 20, 20); rectangle("hardly beyond", 49, 59, 122, 82);`);
    expect(await selectionOf("t", "around")).toMatchObject({ kind: "target", beyond: "around" });
    expect(await selectionOf("t", "over an edge")).toMatchObject({ kind: "target", beyond: "partly" });
    expect(await selectionOf("around")).toMatchObject({ under: { name: "t" }, beyond: "around" });
    expect(await selectionOf("t", "inside")).not.toHaveProperty("beyond");
    expect(await selectionOf("t", "hardly beyond")).not.toHaveProperty("beyond");
  });

  test("tells how far a mask goes beyond a turned picture, in the picture's own space", async () => {
    await open(`rectangle("around", 20, 40, 200, 160); t.rotation = -90;`);
    const ticket = await host.call("take-ticket", { target: await id(), mask: await id("around"), expand: "masks" });
    // At (50, 60), its x runs down and its y to the left.
    expect(ticket.expand).toEqual({ left: 20, top: 170, right: 20, bottom: 0 });
  });

  test("finds a frame's one smaller picture, and the room around a picture", async () => {
    await open(
      `const card = figma.createFrame(); card.name = "Card"; card.resize(200, 100); card.appendChild(t); t.x = 0; t.y = 10;`,
    );
    const room = { left: 0, top: 10, right: 80, bottom: 10 };
    expect(await selectionOf("Card")).toMatchObject({ target: { name: "Card" }, inside: { name: "t" }, room });
    const own = await selectionOf("t");
    expect(own).toMatchObject({ target: { name: "t" }, room });
    expect(own).not.toHaveProperty("inside");
  });

  test("takes a group of a picture and shapes over it for the picture and its mask", async () => {
    await open(`const a = rectangle("A", 60, 70, 20, 20), b = rectangle("B", 90, 70, 20, 20), far = rectangle("far", 400, 0, 9, 9);
      figma.group([t, a, b], figma.currentPage).name = "G";`);
    expect(await selectionOf("G")).toMatchObject({
      target: { name: "G" },
      holds: { picture: { name: "t" }, masks: [{ name: "B" }, { name: "A" }] },
    });
    await host.script(`const find = (name) => figma.currentPage.findOne((node) => node.name === name);
      find("G").appendChild(find("far"));`);
    expect(await selectionOf("G")).not.toHaveProperty("holds");
  });
});
