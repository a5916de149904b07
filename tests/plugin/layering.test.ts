/** In front, behind the contents or as the layer's own fill; and another picture of the run in its place. */
import type { Layering, Ticket } from "../../plugin/bridge.ts";
import { until } from "../playground/test-stage.ts";
import { type Host, openHost, png } from "./strict-host.ts";

let host: Host;
afterEach(() => host.close());

/** A frame "t" with a text-like child in it, and beside it a plain rectangle "r". */
const open = async (more = "") => {
  host = await openHost(`
    const t = figma.createFrame(); t.name = "t"; t.resize(200, 100); t.x = 40; t.y = 30; t.rotation = 12;
    t.fills = [{ type: "SOLID", color: { r: 1, g: 1, b: 0 } }];
    const child = figma.createRectangle(); child.name = "child"; t.appendChild(child);
    const r = figma.createRectangle(); r.name = "r"; r.x = 500; ${more}`);
};
const FIND = "const find = (name) => figma.currentPage.findOne((node) => node.name === name);";
const ticketOf = async (name: string): Promise<Ticket> =>
  host.call("take-ticket", { target: await host.script<string>(`${FIND} return find(${JSON.stringify(name)}).id;`) });
const place = async (
  ticket: Ticket,
  layering: Layering,
  more: { job?: string; replaces?: string[]; where?: "over" | "beside" } = {},
) => {
  const { job = "a", replaces = [], where = "over" } = more;
  const bytes = await png(32, 16, job === "a" ? "#aa0000" : "#00bb00");
  const input = { ticket, bytes, name: `Result ${job}`, recipe: `{"of":"${job}"}`, where, fit: "cover" } as const;
  return host.call("place-layer", { ...input, layering, job, replaces });
};
const names = (parent: string) =>
  host.script<string[]>(`${FIND} return (${parent}).children.map((child) => child.name);`);
const fills = (name: string) => host.script<string[]>(`${FIND} return find("${name}").fills.map((fill) => fill.type);`);

test("a ticket says how its target takes a picture", async () => {
  await open();
  expect([(await ticketOf("t")).takes, (await ticketOf("r")).takes]).toEqual([["behind", "fill"], ["fill"]]);
});

test("behind the contents it lies at the bottom of the frame, exactly over it, above one that lies there already", async () => {
  await open();
  const ticket = await ticketOf("t");
  await place(ticket, "behind");
  await place(await ticketOf("t"), "behind", { job: "b" });
  expect(await names(`find("t")`)).toEqual(["Result a", "Result b", "child"]);
  const [own, target] = await host.script<number[][][]>(`${FIND}
    const round = (t) => t.map((row) => row.map((value) => Math.round(value * 1000) / 1000 + 0));
    return [round(find("Result a").absoluteTransform), round(find("t").absoluteTransform)];`);
  expect(own).toEqual(target);
});

test("what was put behind its contents is no change of the target", async () => {
  await open();
  const ticket = await ticketOf("t");
  await place(ticket, "behind");
  await expect(place(ticket, "behind", { job: "b" })).resolves.toMatchObject({});
});

test("as a fill it is one more fill of the target, in one step of undo, and can be taken away again", async () => {
  await open();
  const ticket = await ticketOf("t");
  const { node } = await place(ticket, "fill");
  expect(node).toBe(ticket.target);
  expect([await fills("t"), await names("figma.currentPage")]).toEqual([
    ["SOLID", "IMAGE"],
    ["t", "r"],
  ]);
  await host.script("figma.triggerUndo();");
  expect(await fills("t")).toEqual(["SOLID"]);
  await place(ticket, "fill");
  await host.call("revert-fill", { node });
  expect(await fills("t")).toEqual(["SOLID"]);
  expect(await host.script(`${FIND} return find("t").getPluginData("recipe");`)).toBe("");
  await expect(host.call("revert-fill", { node })).rejects.toMatchObject({ code: "target-unsupported" });
});

test.each(["front", "behind", "fill"] as const)(
  "before and after on the canvas (%s) leaves no step of undo",
  async (layering) => {
    await open();
    const ticket = await ticketOf("t");
    const { node } = await place(ticket, layering);
    const look = () =>
      host.script(`${FIND} const r = figma.currentPage.findOne((n) => n.name === "Result a");
      return [r === null ? null : r.visible, find("t").fills.length];`);
    const after = await look();
    await host.call("compare", { layers: [node], job: "a", show: "before" });
    expect(await look()).not.toEqual(after);
    await host.call("compare", { layers: [node], job: "a", show: "after" });
    expect(await look()).toEqual(after);
    // A layer that shows another job's picture by now stays as it is.
    await host.call("compare", { layers: [node], job: "b", show: "before" });
    expect(await look()).toEqual(after);
    await host.script("figma.triggerUndo();");
    expect([await fills("t"), await names("figma.currentPage")]).toEqual([["SOLID"], ["t", "r"]]);
  },
);

test("closing the plugin shows again what a comparison hides", async () => {
  await open();
  const { node } = await place(await ticketOf("t"), "front");
  await host.call("compare", { layers: [node], job: "a", show: "before" });
  const visible = () => host.script<boolean>(`${FIND} return find("Result a").visible;`);
  expect(await visible()).toBe(false);
  host.emitClose();
  await until(() => [...host.stage.scene.records.values()].every((record) => record.visible));
});

test("a picture from outside becomes a layer that covers nothing, in one step of undo", async () => {
  await open();
  const { layer } = await host.call("add-image", { bytes: await png(8, 4), name: "Look", width: 300, height: 150 });
  expect(layer).toMatchObject({ name: "Look", kind: "Image", width: 300, height: 150, hasPicture: true });
  const free = await host.script<boolean>(`${FIND} const [a, b] = ["Look", "r"].map((n) => find(n).absoluteBoundingBox);
    return a.x >= b.x + b.width || b.x >= a.x + a.width || a.y >= b.y + b.height || b.y >= a.y + a.height;`);
  expect(free).toBe(true);
  await host.script("figma.triggerUndo();");
  expect(await names("figma.currentPage")).toEqual(["t", "r"]);
  const broken = { bytes: new Uint8Array([1, 2, 3]), name: "Look", width: 3, height: 3 };
  await expect(host.call("add-image", broken)).rejects.toMatchObject({ code: "image-not-readable" });
});

test("a file gets one id, in a step of undo of its own", async () => {
  await open();
  const [first, second] = ["a".repeat(32), "b".repeat(32)];
  expect((await host.call("start", {})).file).toBe(undefined);
  expect(await host.call("name-file", { id: first })).toEqual({ file: first });
  expect(await host.call("name-file", { id: second })).toEqual({ file: first });
  expect((await host.call("start", {})).file).toBe(first);
  await place(await ticketOf("t"), "front");
  await host.script("figma.triggerUndo();");
  expect((await host.call("start", {})).file).toBe(first);
});

test.each(["front", "behind", "fill"] as const)(
  "another picture of the run takes the place of the first (%s), in one step of undo",
  async (layering) => {
    await open();
    const ticket = await ticketOf("t");
    const { node } = await place(ticket, layering);
    const before = await host.script<number>("return figma.root.findAll().length;");
    const seen = () =>
      host.script<string[]>(`const node = await figma.getNodeByIdAsync("${node}");
        return [node.fills[node.fills.length - 1].imageHash, node.getPluginData("recipe"), node.getPluginData("job")];`);
    const first = await seen();
    expect((await place(ticket, layering, { job: "b", replaces: [node] })).node).toBe(node);
    const second = await seen();
    expect([second[0] === first[0], second[1], second[2]]).toEqual([false, `{"of":"b"}`, "b"]);
    expect(await host.script<number>("return figma.root.findAll().length;")).toBe(before);
    await host.script("figma.triggerUndo();");
    expect(await seen()).toEqual(first);
  },
);

test("a picture that was placed beside is left there, and so is one that is gone", async () => {
  await open();
  const ticket = await ticketOf("r");
  const beside = await place(ticket, "front", { where: "beside" });
  const over = await place(ticket, "front", { job: "b", replaces: ["9:99", beside.node] });
  expect(over.node).not.toBe(beside.node);
});

test("inside a component nothing is put behind the contents", async () => {
  await open(`const c = figma.createComponent(); c.name = "c"; c.appendChild(t);`);
  expect((await ticketOf("t")).takes).toEqual(["fill"]);
});
