/** Text layers over what is painted: told by the selection, not seen by the model, above the picture, or hidden when they are in it. */
import type { SelectionInfo, Ticket } from "../../plugin/bridge.ts";
import { type Host, openHost, png } from "./strict-host.ts";

let host: Host;
afterEach(() => host.close());

/**
 * A frame "t" of a shape and two texts, the upper one in a group; after it a text over it, a hidden one, and one far away; before it
 * one under it.
 */
const open = async () => {
  host = await openHost(`
    await figma.loadFontAsync({ family: "Inter", style: "Regular" });
    const text = (name, parent, x, y) => {
      const made = figma.createText(); made.name = name; made.characters = name; parent.appendChild(made); made.textAutoResize = "NONE"; made.resize(60, 14); made.x = x; made.y = y;
      return made;
    };
    text("under", figma.currentPage, 20, 20);
    const t = figma.createFrame(); t.name = "t"; t.resize(200, 100);
    const shape = figma.createRectangle(); shape.name = "shape"; t.appendChild(shape);
    text("low", t, 10, 10);
    const inGroup = text("high", t, 10, 50);
    const group = figma.group([inGroup], t); group.name = "group";
    text("over", figma.currentPage, 30, 30);
    text("hidden", figma.currentPage, 30, 30).visible = false;
    text("far", figma.currentPage, 900, 30);`);
};
const FIND = "const find = (name) => figma.currentPage.findOne((node) => node.name === name);";
const id = (name: string) => host.script<string>(`${FIND} return find(${JSON.stringify(name)}).id;`);
const ids = async (names: readonly string[]) => {
  const found: string[] = [];
  for (const name of names) found.push(await id(name));
  return found;
};
const names = (parent: string) =>
  host.script<string[]>(`${FIND} return (${parent}).children.map((child) => child.name);`);
const isVisible = (name: string) => host.script<boolean>(`${FIND} return find("${name}").visible;`);
const select = async (...layers: string[]) =>
  (await host.call("select-layers", { nodes: await ids(layers) })).selection as SelectionInfo;
const take = async (more: { texts?: string[]; painted?: string[]; seesTexts?: boolean }) => {
  const { texts = [], painted = [], seesTexts } = more;
  return host.call("take-ticket", {
    ...{ target: await id("t"), texts: await ids(texts), painted: await ids(painted) },
    ...(seesTexts !== undefined && { seesTexts }),
  });
};
const place = async (ticket: Ticket, more: { textFate?: "hide" | "keep"; where?: "over" | "beside" } = {}) => {
  const { textFate = "hide", where = "over" } = more;
  const bytes = await png(32, 16, "#aa0000");
  const input = { ticket, bytes, name: "Result", recipe: "{}", where, fit: "cover", layering: "front" } as const;
  return host.call("place-layer", { ...input, job: "a", replaces: [], textFate });
};

test("the selection tells the texts that are seen over its target, the one painted first first", async () => {
  await open();
  expect(await select("t")).toMatchObject({
    textsOver: [{ name: "low" }, { name: "high", text: "high" }, { name: "over" }],
  });
  expect(await select("far")).not.toHaveProperty("textsOver");
});

test("with a shape over it, those over the shape; the shape itself is none", async () => {
  await open();
  await host.script(
    `${FIND} const mask = figma.createEllipse(); mask.name = "mask"; mask.resize(20, 20); mask.x = 5; mask.y = 5;`,
  );
  const selection = await select("t", "mask");
  expect((selection as { textsOver: { name: string }[] }).textsOver.map(({ name }) => name)).not.toContain("high");
});

test("a picture in front lies below the texts in its frame and stays one step of undo; no text changes", async () => {
  await open();
  const ticket = await take({ texts: ["low", "high", "over"] });
  await place(ticket);
  expect(await names(`find("t")`)).toEqual(["shape", "Result", "low", "group"]);
  expect([await isVisible("low"), await isVisible("high"), await isVisible("over")]).toEqual([true, true, true]);
  await host.script("figma.triggerUndo();");
  expect(await names(`find("t")`)).toEqual(["shape", "low", "group"]);
});

test("beside its frame's own texts it lies below a text between it and the mask", async () => {
  await open();
  await host.script(
    `${FIND} const mask = figma.createRectangle(); mask.name = "mask"; mask.resize(20, 20); const plain = figma.createRectangle(); plain.name = "plain"; plain.resize(200, 100); figma.currentPage.insertChild(1, plain);`,
  );
  const ticket = await host.call("take-ticket", {
    ...{ target: await id("plain"), mask: await id("mask"), texts: await ids(["over"]) },
  });
  const { note } = await place(ticket);
  const order = await names("figma.currentPage");
  expect(order.indexOf("Result")).toBeLessThan(order.indexOf("over"));
  expect(order.indexOf("Result")).toBeGreaterThan(order.indexOf("plain"));
  expect(note).toContain("“mask” still covers it.");
});

test("what is painted in is hidden in the same step of undo, and said; elsewhere than over the target it is not", async () => {
  await open();
  const ticket = await take({ texts: ["low"], painted: ["high"] });
  const { note } = await place(ticket);
  expect([note, await isVisible("high"), await isVisible("low")]).toEqual([
    "The text “high” is in the picture now, so its layer is hidden.",
    false,
    true,
  ]);
  expect(await select("t")).toMatchObject({
    textsOver: [{ name: "low" }, { name: "high", hidden: true }, { name: "over" }],
  });
  await host.script("figma.triggerUndo();");
  expect(await isVisible("high")).toBe(true);
  await place(ticket, { where: "beside" });
  expect(await isVisible("high")).toBe(true);
  await place(ticket, { textFate: "keep" });
  expect(await isVisible("high")).toBe(true);
});

test("to edit, hide or delete a text that the model does not see is no change of the target", async () => {
  await open();
  const ticket = await take({ texts: ["low"], painted: ["high"] });
  await host.script(`${FIND} find("low").remove(); find("high").visible = false;`);
  await expect(place(ticket)).resolves.toMatchObject({});
});

test("where the model sees live text, to edit it is one", async () => {
  await open();
  const ticket = await take({ texts: ["low"], seesTexts: true });
  await host.script(`${FIND} find("low").remove();`);
  await expect(place(ticket)).rejects.toMatchObject({ code: "target-changed" });
});

test("an export without a layer that is gone is one without it", async () => {
  await open();
  const gone = await id("low");
  await host.script(`${FIND} find("low").remove();`);
  const order = { node: await id("t"), scale: 1, bounds: "box" as const, without: [gone] };
  await expect(host.call("export-layer", order)).resolves.toMatchObject({ box: { width: 200 } });
});
