/** A picture in layers: one group of them in the picture's box, in the strict stand-in for Figma. */
import type { Ticket } from "../../plugin/bridge.ts";
import { type Host, openHost, png } from "./strict-host.ts";

const SCENERY = `
  const rect = (name, parent, x, y, w, h) => {
    const node = figma.createRectangle();
    (parent || figma.currentPage).appendChild(node);
    node.name = name; node.resize(w, h); node.x = x; node.y = y;
    return node;
  };
  const frame = (name, x, y, w, h) => {
    const node = figma.createFrame();
    node.name = name; node.resize(w, h); node.x = x; node.y = y;
    return node;
  };
  const find = (name) => figma.currentPage.findOne((node) => node.name === name);
`;
const NAMES = ["Background", "Layer 2", "Layer 3"];

let host: Host;
afterEach(() => host.close());
const open = async (setUp: string) => {
  host = await openHost(`${SCENERY} ${setUp}`);
};
const ticketFor = async (name: string): Promise<Ticket> =>
  host.call("take-ticket", {
    target: await host.script<string>(`${SCENERY} return find(${JSON.stringify(name)}).id;`),
  });

const COLORS = ["#ff0000", "#00ff00", "#0000ff"];
const layers = () => Promise.all(NAMES.map(async (name, i) => ({ name, bytes: await png(16, 8, COLORS[i]) })));

const place = async (ticket: Ticket, where: "over" | "beside" = "over", more: object = {}) =>
  host.call("place-layer", {
    ...{ ticket, bytes: await png(16, 8), layers: await layers(), name: "Sunset", recipe: "{}", where },
    ...{ fit: "stretch" as const, layering: "front" as const, job: "j", replaces: [], ...more },
  });

interface Look {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly siblings: readonly string[];
  readonly job: string;
  readonly positioning: string;
  readonly box: readonly number[];
  readonly children: readonly {
    readonly name: string;
    readonly transform: number[][];
    readonly size: readonly number[];
    readonly mode: string;
    readonly radius: number;
  }[];
  readonly target: number[][];
}
const look = (id: string) =>
  host.script<Look>(`${SCENERY}
    const round = (t) => t.map((row) => row.map((v) => Math.round(v * 1000) / 1000 + 0));
    const node = await figma.getNodeByIdAsync(${JSON.stringify(id)});
    const { x, y, width, height } = node.absoluteBoundingBox;
    return {
      type: node.type, name: node.name, parent: node.parent.name, job: node.getPluginData("job"),
      siblings: node.parent.children.map((child) => child.name),
      positioning: node.layoutPositioning,
      box: [x, y, width, height].map((v) => Math.round(v * 1000) / 1000 + 0),
      children: node.children.map((child) => ({
        name: child.name, transform: round(child.absoluteTransform), size: [child.width, child.height],
        mode: child.fills[0].scaleMode, radius: child.topLeftRadius,
      })),
      target: round(find("Target").absoluteTransform),
    };`);

test("the group lies directly above the picture, as large as it, with the first layer at the bottom", async () => {
  await open(`const f = frame("Frame", 100, 50, 400, 300); const t = rect("Target", f, 20, 30, 120, 80);
    t.topLeftRadius = 12; rect("Above", f, 0, 0, 9, 9);`);
  const { node } = await place(await ticketFor("Target"));
  const placed = await look(node);
  expect(placed).toMatchObject({
    ...{ type: "GROUP", name: "Sunset", parent: "Frame", job: "j", box: [120, 80, 120, 80] },
    siblings: ["Target", "Sunset", "Above"],
  });
  expect(placed.children).toEqual(
    NAMES.map((name) => ({ name, transform: placed.target, size: [120, 80], mode: "CROP", radius: 12 })),
  );
});

test.each([
  ["turned", `const t = rect("Target", frame("Frame", 10, 20, 300, 300), 150, 140, 120, 80); t.rotation = 35;`],
  [
    "in a turned frame and flipped",
    `const f = frame("Frame", 10, 20, 300, 300); const t = rect("Target", f, 0, 0, 120, 80);
     t.relativeTransform = [[-1, 0, 200], [0, 1, 40]]; f.rotation = 20;`,
  ],
  [
    "in a group",
    `const t = rect("Target", null, 40, 50, 120, 80); figma.group([t, rect("Beside", null, 300, 0, 9, 9)], figma.currentPage).name = "Around";`,
  ],
])("a picture that is %s: every layer lies exactly over it", async (_, setUp) => {
  await open(setUp);
  const placed = await look((await place(await ticketFor("Target"))).node);
  expect(placed.children.map(({ transform }) => transform)).toEqual(NAMES.map(() => placed.target));
  expect(placed.children.map(({ size }) => size)).toEqual(NAMES.map(() => [120, 80]));
});

test("in auto layout the group takes no place of its own", async () => {
  await open(`const f = frame("Frame", 10, 20, 300, 300); f.layoutMode = "VERTICAL"; f.paddingTop = 11; f.itemSpacing = 7;
    rect("First", f, 0, 0, 50, 20); rect("Target", f, 0, 0, 120, 80); rect("Last", f, 0, 0, 50, 20);`);
  const before = await host.script<number>(`${SCENERY} return find("Last").y;`);
  const placed = await look((await place(await ticketFor("Target"))).node);
  expect(placed).toMatchObject({ positioning: "ABSOLUTE", siblings: ["First", "Target", "Sunset", "Last"] });
  expect(placed.children.map(({ transform }) => transform)).toEqual(NAMES.map(() => placed.target));
  expect(await host.script<number>(`${SCENERY} return find("Last").y;`)).toBe(before);
});

test("one undo step takes all of it away", async () => {
  await open(`rect("Target", null, 20, 30, 120, 80);`);
  await place(await ticketFor("Target"));
  const names = () => host.script<string[]>(`return figma.currentPage.children.map((child) => child.name);`);
  expect(await names()).toEqual(["Target", "Sunset"]);
  host.stage.history.undo();
  expect(await names()).toEqual(["Target"]);
});

test("beside the picture it is upright and touches nothing", async () => {
  await open(`rect("Target", null, 20, 30, 120, 80); rect("Near", null, 150, 30, 40, 40);`);
  const placed = await look((await place(await ticketFor("Target"), "beside")).node);
  const [x, y, width, height] = placed.box as [number, number, number, number];
  expect([y, width, height]).toEqual([30, 120, 80]);
  expect(x).toBeGreaterThan(190);
});

test("it replaces no layer that shows another picture, and becomes no fill", async () => {
  await open(`rect("Target", null, 20, 30, 120, 80);`);
  const ticket = await ticketFor("Target");
  const first = await host.call("place-layer", {
    ...{ ticket, bytes: await png(16, 8), name: "Edit", recipe: "{}", where: "over" },
    ...{ fit: "cover", layering: "front", job: "i", replaces: [] },
  });
  await place(ticket, "over", { replaces: [first.node], layering: "fill" });
  expect(await host.script<string[]>(`return figma.currentPage.children.map((child) => child.name);`)).toEqual([
    ...["Target", "Edit", "Sunset"],
  ]);
});

test("where Figma does not take one of the layers nothing is left behind", async () => {
  await open(`rect("Target", null, 20, 30, 120, 80);`);
  const broken = [...(await layers()).slice(0, 2), { name: "Layer 3", bytes: Uint8Array.of(1, 2, 3) }];
  await expect(place(await ticketFor("Target"), "over", { layers: broken })).rejects.toMatchObject({
    code: "image-not-readable",
  });
  expect(await host.script<number>(`return figma.currentPage.children.length;`)).toBe(1);
});
