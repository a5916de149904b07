/** What changed between asking and placing, what placing changes besides the result, and that it is one step of undo. */
import { host, idOf, open, PLAIN, place, RECIPE, SCENERY, ticketFor } from "./placing.ts";
import { png } from "./strict-host.ts";

test("placeLayer() is one undo step and carries recipe and relaunch button", async () => {
  await open(`rect("Target", null, 0, 0, 100, 100);`);
  const { node } = await place(await ticketFor("Target"));
  const facts = `const n = await figma.getNodeByIdAsync(${JSON.stringify(node)}); return n && [n.getPluginData("recipe"), Object.keys(n.getRelaunchData())];`;
  expect(await host.script(facts)).toEqual([RECIPE, ["regenerate"]]);
  host.stage.history.undo();
  expect(await host.script(facts)).toBe(null);
  expect(await host.script(`${SCENERY} return find("Target") !== null;`)).toBe(true);
});

test.each([
  ["repainted", `find("Target").fills = [];`, "target-changed"],
  ["deleted", `find("Target").remove();`, "target-gone"],
  ["outlined", `find("Target").strokes = [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }];`, "target-changed"],
])("placeLayer() refuses a target that was %s, and places beside it", async (_what, change, code) => {
  await open(
    `const f = frame("Frame", null, 0, 0, 400, 300); rect("Target", f, 10, 10, 100, 100); rect("Newer work", null, 440, 0, 50, 50);`,
  );
  const ticket = await ticketFor("Target");
  await host.script(`${SCENERY} ${change}`);
  const before = await host.script(`return figma.currentPage.findAll().length;`);
  await expect(place(ticket)).rejects.toMatchObject({ code });
  expect(await host.script(`return figma.currentPage.findAll().length;`)).toBe(before);
  const { node } = await place(ticket, "beside");
  const overlaps = await host.script<boolean>(`
    const n = await figma.getNodeByIdAsync(${JSON.stringify(node)}); const a = n.absoluteBoundingBox;
    return n.parent.type !== "PAGE" || figma.currentPage.children.some((c) => c !== n && (() => { const b = c.absoluteBoundingBox;
      return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height; })());`);
  expect(overlaps).toBe(false);
});

test.each([
  [
    "into a turned frame",
    `const f = frame("New", null, 300, 40, 200, 200); f.rotation = 30; f.appendChild(find("Target"));`,
    "New",
  ],
  ["out of its frame", `figma.currentPage.appendChild(find("Target"));`, "Page 1"],
  [
    "into a group",
    `const g = figma.group([find("Target"), rect("Beside", null, 500, 0, 9, 9)], figma.currentPage); g.name = "New";`,
    "New",
  ],
  [
    "into an auto layout",
    `const f = frame("New", null, 300, 40, 200, 200); f.layoutMode = "HORIZONTAL"; f.appendChild(find("Target"));`,
    "New",
  ],
  [
    "into a section",
    `const s = figma.createSection(); s.name = "New"; s.x = 700; s.appendChild(find("Target"));`,
    "New",
  ],
  [
    "to another page",
    `const p = figma.createPage(); p.name = "New"; await p.loadAsync(); p.appendChild(find("Target"));`,
    "New",
  ],
])("placeLayer() follows a target that was put %s, resized and turned meanwhile", async (_what, change, parent) => {
  await open(`const f = frame("Frame", null, 0, 0, 400, 300); rect("Target", f, 10, 10, 100, 100);`);
  const ticket = await ticketFor("Target");
  const id = await idOf("Target");
  await host.script(`${SCENERY} const t = find("Target"); ${change} t.resize(70, 45); t.rotation = 20;`);
  const { node } = await place(ticket);
  const seen = await host.script<{ same: boolean; parents: string[]; size: number[] }>(`
    const [n, t] = [await figma.getNodeByIdAsync(${JSON.stringify(node)}), await figma.getNodeByIdAsync(${JSON.stringify(id)})];
    const close = (a, b) => a.every((row, i) => row.every((v, j) => Math.abs(v - b[i][j]) < 1e-3));
    return { same: close(n.absoluteTransform, t.absoluteTransform), parents: [n.parent.name, t.parent.name], size: [n.width, n.height] };`);
  expect(seen).toEqual({ same: true, parents: [parent, parent], size: [70, 45] });
});

test("placeLayer() refuses an edit inside a frame, not a change of its neighbour", async () => {
  await open(
    `const f = frame("Target", null, 0, 0, 200, 200); rect("Child", f, 10, 10, 20, 20); rect("Neighbour", null, 500, 0, 10, 10);`,
  );
  const ticket = await ticketFor("Target");
  await host.script(`${SCENERY} find("Neighbour").x = 700;`);
  await place(ticket);
  await host.script(`${SCENERY} find("Child").x = 11;`);
  await expect(place(ticket)).rejects.toMatchObject({ code: "target-changed" });
});

test("placeLayer() leaves nothing behind when Figma refuses the picture", async () => {
  await open(`rect("Target", null, 0, 0, 100, 100);`);
  const ticket = await ticketFor("Target");
  const input = { ticket, name: "Result", recipe: RECIPE, where: "over", ...PLAIN } as const;
  await expect(host.call("place-layer", { ...input, bytes: new Uint8Array([1, 2, 3]) })).rejects.toMatchObject({
    code: "image-not-readable",
  });
  await expect(host.call("place-layer", { ...input, bytes: await png(4097, 1) })).rejects.toMatchObject({
    code: "image-not-readable",
  });
  expect(await host.script(`return figma.currentPage.children.length;`)).toBe(1);
});

describe("placeLayer() and the mask's layers", () => {
  const MASKED = `const f = frame("Target", null, 0, 0, 120, 80); rect("Mask", f, 10, 10, 20, 20); rect("Also", f, 50, 10, 20, 20);`;
  const placeWith = async (maskFate: "keep" | "hide" | "remove", bytes?: Uint8Array) => {
    const [target, mask, also] = [await idOf("Target"), await idOf("Mask"), await idOf("Also")];
    const ticket = await host.call("take-ticket", { target, mask, alsoMasks: [also] });
    const input = { ticket, name: "Result", recipe: RECIPE, where: "over", ...PLAIN, maskFate } as const;
    return { ticket, placed: await host.call("place-layer", { ...input, bytes: bytes ?? (await png(16, 16)) }) };
  };
  const masks = () =>
    host.script<(boolean | null)[]>(
      `${SCENERY} return ["Mask", "Also"].map((name) => { const node = find(name); return node === null ? null : node.visible; });`,
    );

  test.each([
    ["keep", [true, true]],
    ["hide", [false, false]],
    ["remove", [null, null]],
  ] as const)("does as it was told: %s; undo brings all back at once", async (fate, after) => {
    await open(MASKED);
    await placeWith(fate);
    expect(await masks()).toEqual(after);
    host.stage.history.undo();
    expect(await masks()).toEqual([true, true]);
    expect(await host.script(`${SCENERY} return find("Result") === null;`)).toBe(true);
  });

  test("leaves them where the picture is not taken", async () => {
    await open(MASKED);
    await expect(placeWith("remove", Uint8Array.of(1, 2, 3))).rejects.toThrow();
    expect(await masks()).toEqual([true, true]);
  });

  test("places another picture without asking, though the masks are gone from the target", async () => {
    await open(MASKED);
    const { ticket } = await placeWith("remove");
    await expect(place(ticket)).resolves.toBeDefined();
  });
});
