/** What counts as an edit of a watched layer, in the strict stand-in for Figma. */
import { until } from "../playground/test-stage.ts";
import { type Host, openHost } from "./strict-host.ts";

const DOCUMENT = `
  const frame = figma.createFrame(); frame.name = "Hero"; frame.resize(100, 100);
  const ball = figma.createEllipse(); ball.name = "Ball"; ball.resize(20, 20); frame.appendChild(ball);
  const outside = figma.createRectangle(); outside.name = "Outside"; outside.x = 200;
  const result = figma.createRectangle(); result.name = "Result"; frame.insertChild(0, result);
  result.setPluginData("target", frame.id);
`;
const FIND = `const find = (name) => figma.currentPage.findOne((node) => node.name === name);`;

let host: Host;
beforeEach(async () => {
  host = await openHost(DOCUMENT);
  await host.call("watch-layer", { node: await host.script<string>(`${FIND} return find("Hero").id;`) });
});
afterEach(() => host.close());

const eventsOf = (type: string) =>
  host.events().filter((message) => (message as { event: { type: string } }).event.type === type);
const edits = () => eventsOf("edited");

/** Returns once a change is told as an edit. */
async function told(change: string): Promise<void> {
  const before = edits().length;
  await host.script(`${FIND} ${change}`);
  await until(() => edits().length > before);
}

/** How many edits are told of a change and of one after it that is told. */
async function toldWithAnother(change: string): Promise<number> {
  const before = edits().length;
  await host.script(`${FIND} ${change}`);
  await told(`find("Hero").appendChild(figma.createRectangle());`);
  return edits().length - before;
}

test.each([
  ["a shape in it is coloured", `find("Ball").fills = [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }];`],
  ["a shape in it is moved", `find("Ball").x = 40;`],
  ["a shape in it is removed", `find("Ball").remove();`],
  ["a shape is drawn in it", `find("Hero").appendChild(figma.createRectangle());`],
  ["a shape is dragged out of it", `figma.currentPage.appendChild(find("Ball"));`],
  ["it is coloured itself", `find("Hero").fills = [];`],
])("%s: told", async (_, change) => {
  await told(change);
});

test.each([
  ["another layer is edited", `find("Outside").fills = [];`],
  ["a picture that was placed for it is edited", `find("Result").opacity = 0.5;`],
  ["a shape in it is renamed and locked", `find("Ball").locked = true; find("Ball").name = "Moon";`],
  ["it is moved", `find("Hero").x = 500;`],
])("%s: not told", async (_, change) => {
  expect(await toldWithAnother(change)).toBe(1);
});

test("an export without results hides what was placed for the layer, shows it again, and counts as no edit", async () => {
  const [node, result] = await host.script<[string, string]>(`${FIND} return [find("Hero").id, find("Result").id];`);
  const { stage } = host;
  const { exportNode } = stage;
  const seen: boolean[] = [];
  Object.assign(stage, {
    exportNode: (...args: Parameters<typeof exportNode>) => {
      seen.push(stage.scene.get(result).visible);
      return exportNode(...args);
    },
  });
  const order = { node, scale: 1, bounds: "box" } as const;
  await host.call("export-layer", { ...order, withoutResults: true });
  await host.call("export-layer", order);
  expect([...seen, stage.scene.get(result).visible]).toEqual([false, true, true]);
  expect(await toldWithAnother(`find("Outside").x = 300;`)).toBe(1);
  expect(edits()).toHaveLength(1);
});

test("what is watched no longer is not told of, and what is selected in a frame lies in that", async () => {
  await host.call("watch-layer", { node: null });
  await host.script(`${FIND} find("Ball").x = 10; figma.currentPage.selection = [find("Ball")];`);
  const [ball, hero] = await host.script<string[]>(`${FIND} return [find("Ball").id, find("Hero").id];`);
  const last = () => (host.events().at(-1) as { event: { around?: string[] } } | undefined)?.event.around;
  await until(() => last()?.length === 2);
  expect(last()).toEqual([ball, hero]);
  expect(edits()).toEqual([]);
});
