/** Where a result comes to lie: over its target, wherever that is, above what hides it. */
import { host, idOf, look, open, PLAIN, place, placeExactly, RECIPE, SCENERY, ticketFor } from "./placing.ts";
import { png } from "./strict-host.ts";

test("placeLayer() gives a part of a turned target its own box, and the layer the whole one again for another picture", async () => {
  await open(`const t = rect("Target", frame("F", null, 10, 20, 300, 300), 50, 40, 120, 80); t.rotation = 90;`);
  const ticket = await ticketFor("Target");
  const put = async (
    fit: "cover" | { within: { x: number; y: number; width: number; height: number } },
    job: string,
    replaces: string[],
  ) =>
    host.call("place-layer", {
      ...{ ticket, bytes: await png(16, 16), name: "Result", recipe: RECIPE, where: "over" as const },
      ...{ ...PLAIN, fit, job, replaces },
    });
  const { node } = await put({ within: { x: 0.25, y: 0.5, width: 0.5, height: 0.25 } }, "a", []);
  const part = await look(node, "Target");
  expect(part.size).toEqual([60, 20]);
  // A quarter of 120 along the target, which goes up, and half of 80 across it, which goes to the right.
  expect([part.transform[0]![2]! - part.target[0]![2]!, part.transform[1]![2]! - part.target[1]![2]!]).toEqual([
    40, -30,
  ]);
  expect(part.transform.map((row) => row.slice(0, 2))).toEqual(part.target.map((row) => row.slice(0, 2)));
  expect((await put("cover", "b", [node])).node).toBe(node);
  const whole = await look(node, "Target");
  expect([whole.size, whole.transform]).toEqual([[120, 80], whole.target]);
});

test("placeLayer() puts the result directly above an upright target", async () => {
  await open(
    `const f = frame("Frame", null, 100, 50, 400, 300); rect("Target", f, 20, 30, 120, 80); rect("Above", f, 0, 0, 9, 9);`,
  );
  const { parent, siblings } = await placeExactly();
  expect({ parent, siblings }).toEqual({ parent: "Frame", siblings: ["Target", "Result", "Above"] });
});

test("placeLayer() puts a second result above the first", async () => {
  await open(`rect("Target", null, 20, 30, 120, 80);`);
  const ticket = await ticketFor("Target");
  const first = await place(ticket);
  const second = await place(ticket);
  const order = await host.script(`return figma.currentPage.children.map((child) => child.id);`);
  expect(order).toEqual([ticket.target, first.node, second.node]);
});

test("placeLayer() follows a turned target in a turned frame", async () => {
  await open(
    `const f = frame("Frame", null, 100, 50, 400, 300); f.rotation = 20; const t = rect("Target", f, 60, 70, 120, 80); t.rotation = -35;`,
  );
  expect((await placeExactly()).parent).toBe("Frame");
});

test("placeLayer() follows a flipped target", async () => {
  await open(`const t = rect("Target", null, 0, 0, 120, 80); t.relativeTransform = [[-1, 0, 300], [0, 1, 40]];`);
  expect((await placeExactly()).transform).toEqual([
    [-1, 0, 300],
    [0, 1, 40],
  ]);
});

test("placeLayer() leaves an auto layout as it is", async () => {
  await open(`const f = frame("Frame", null, 10, 10, 400, 300); f.layoutMode = "HORIZONTAL"; f.itemSpacing = 8;
    f.primaryAxisSizingMode = "AUTO"; rect("Target", f, 0, 0, 120, 80); rect("Next", f, 0, 0, 60, 80);`);
  const before = await host.script(`${SCENERY} return [find("Frame").width, find("Next").x];`);
  const { positioning } = await placeExactly();
  expect(positioning).toBe("ABSOLUTE");
  expect(await host.script(`${SCENERY} return [find("Frame").width, find("Next").x];`)).toEqual(before);
});

test("placeLayer() works inside groups, whose children stand in the frame's space", async () => {
  await open(`const f = frame("Frame", null, 30, 40, 400, 300); const t = rect("Target", f, 50, 60, 120, 80);
    const o = rect("Other", f, 200, 20, 10, 10); figma.group([t, o], f).name = "Group";`);
  expect((await placeExactly()).parent).toBe("Group");
});

test("placeLayer() works inside a section, and over a locked target", async () => {
  await open(`const s = figma.createSection(); s.name = "Section"; s.x = 70; s.y = 20; s.resizeWithoutConstraints(500, 400);
    const t = rect("Target", null, 0, 0, 120, 80); s.appendChild(t); t.x = 33; t.y = 44; t.locked = true;`);
  expect((await placeExactly()).parent).toBe("Section");
  expect(await host.script(`${SCENERY} return find("Target").locked;`)).toBe(true);
});

test("placeLayer() stays inside the frame that clips the target", async () => {
  await open(
    `const f = frame("Frame", null, 0, 0, 100, 100); f.clipsContent = true; rect("Target", f, 60, 60, 120, 80);`,
  );
  expect((await placeExactly()).parent).toBe("Frame");
});

test("placeLayer() goes above the outermost instance, and says so", async () => {
  await open(`const c = figma.createComponent(); c.name = "Card"; c.resize(200, 200); rect("Target", c, 20, 30, 120, 80);
    const f = frame("Frame", null, 500, 0, 300, 300); const i = c.createInstance(); i.name = "Card copy"; f.appendChild(i); i.x = 40; i.y = 10;
    i.children[0].name = "Inner";`);
  const inner = await host.script<string>(`${SCENERY} return find("Card copy").children[0].id;`);
  const ticket = await host.call("take-ticket", { target: inner });
  const { node, note } = await place(ticket);
  expect(note).toBe("Placed above the component instance “Card copy”.");
  expect(await look(node, "Inner")).toMatchObject({ parent: "Frame", siblings: ["Card copy", "Result"] });
  const { transform, target } = await look(node, "Inner");
  expect(transform).toEqual(target);
});

test("placeLayer() does not change a main component", async () => {
  await open(
    `const c = figma.createComponent(); c.name = "Card"; c.resize(200, 200); rect("Target", c, 20, 30, 120, 80);`,
  );
  expect((await placeExactly()).siblings).toEqual(["Card", "Result"]);
});

test("placeLayer() goes above the mask of a Fill", async () => {
  await open(
    `rect("Target", null, 0, 0, 300, 200); rect("Between", null, 0, 0, 5, 5); rect("Mask", null, 40, 40, 50, 50); rect("Top", null, 0, 0, 5, 5);`,
  );
  expect((await placeExactly("Mask")).siblings).toEqual(["Target", "Between", "Mask", "Result", "Top"]);
});

test("placeLayer() goes above the frame that a mask was drawn in, where that frame is the picture", async () => {
  await open(
    `const f = frame("Target", null, 30, 20, 300, 200); rect("Mask", f, 40, 40, 50, 50); rect("Top", null, 0, 0, 5, 5);`,
  );
  expect((await placeExactly("Mask")).siblings).toEqual(["Target", "Result", "Top"]);
});

test("placeLayer() stays with the picture where the mask is in another frame, and says what covers it", async () => {
  await open(`rect("Target", null, 0, 0, 300, 200); const f = frame("Card", null, 40, 40, 90, 90); f.clipsContent = true;
    rect("Mask", f, 0, 0, 50, 50);`);
  const { node, note } = await place(await ticketFor("Target", "Mask"));
  expect(note).toBe("Placed over the picture. “Mask” still covers it.");
  expect((await look(node, "Target")).siblings).toEqual(["Target", "Result", "Card"]);
});

const CARD_COPY = `const c = figma.createComponent(); c.name = "Card"; c.resize(200, 200); c.x = 900; rect("Target", c, 20, 30, 120, 80);
    const f = frame("Frame", null, 500, 0, 300, 300); const i = c.createInstance(); i.name = "Card copy"; f.appendChild(i); i.x = 40; i.y = 10;`;

test.each([
  [
    "above a mask beside the instance",
    "f",
    "Placed above the component instance “Card copy”.",
    ["Card copy", "Mask", "Result"],
  ],
  [
    "under a mask elsewhere, and says so",
    "null",
    "Placed above the component instance “Card copy”. “Mask” still covers it.",
    ["Card copy", "Result"],
  ],
])("placeLayer() goes out of an instance, %s", async (_what, parent, note, siblings) => {
  await open(`${CARD_COPY} rect("Mask", ${parent}, 60, 40, 50, 50);`);
  const target = await host.script<string>(`${SCENERY} return find("Card copy").children[0].id;`);
  const placed = await place(await host.call("take-ticket", { target, mask: await idOf("Mask") }));
  expect(placed.note).toBe(note);
  expect((await look(placed.node, "Target")).siblings).toEqual(siblings);
});

test("placeLayer() takes the outline of rounded and round targets", async () => {
  await open(`const t = rect("Target", null, 0, 0, 100, 100); t.topLeftRadius = 12; t.bottomRightRadius = 30;
    const e = figma.createEllipse(); e.name = "Round"; e.resize(80, 80); e.x = 300;`);
  const corners = (id: string) =>
    host.script(
      `const n = await figma.getNodeByIdAsync(${JSON.stringify(id)}); return n.type === "ELLIPSE" ? n.type : [n.topLeftRadius, n.topRightRadius, n.bottomRightRadius];`,
    );
  expect(await corners((await place(await ticketFor("Target"))).node)).toEqual([12, 0, 30]);
  expect(await corners((await place(await ticketFor("Round"))).node)).toBe("ELLIPSE");
});

test.each([
  ["the frame", "Frame", "Frame"],
  ["a layer of the frame", "Inner", "Frame"],
  ["an auto layout", "Row", "Row"],
  ["an instance in a frame", "Copy", "Frame"],
  ["a main component", "Card", "Page 1"],
])(
  "placeLayer() puts a result that was dropped on %s into the frame there, its middle on the spot",
  async (_what, on, into) => {
    await open(`rect("Target", null, -300, 0, 120, 80); const f = frame("Frame", null, 100, 50, 400, 300); f.rotation = 10;
    rect("Inner", f, 10, 10, 50, 50); const r = frame("Row", null, 700, 0, 200, 200); r.layoutMode = "HORIZONTAL";
    const c = figma.createComponent(); c.name = "Card"; c.resize(40, 40); c.x = 1000; const i = c.createInstance(); i.name = "Copy"; f.appendChild(i);`);
    const ticket = await ticketFor("Target");
    const where = { x: 210, y: 160, inside: await idOf(on) };
    const { node } = await host.call("place-layer", {
      ticket,
      bytes: await png(16, 16),
      name: "Result",
      recipe: RECIPE,
      where,
      ...PLAIN,
    });
    const { parent, transform, siblings } = await look(node, "Target");
    expect({ parent, transform, top: siblings.at(-1) }).toEqual({
      parent: into,
      transform: [
        [1, 0, 150],
        [0, 1, 120],
      ],
      top: "Result",
    });
  },
);

test("placeLayer() moves the view only to a result that would be out of sight", async () => {
  await open(`rect("Near", null, 0, 0, 50, 50); rect("Far", null, 90000, 0, 50, 50);`);
  let moves = 0;
  Object.assign(host.stage.viewport, { show: () => moves++ });
  await place(await ticketFor("Near"), "beside");
  expect(moves).toBe(0);
  await place(await ticketFor("Far"), "beside");
  expect(moves).toBe(1);
});
