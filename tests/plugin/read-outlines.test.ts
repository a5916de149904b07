import type { Drawing } from "../../plugin/bridge.ts";
import { type Host, openHost } from "./strict-host.ts";

let host: Host;
afterEach(() => host.close());

const outlines = async (setUp: string, name = "Drawing") => {
  host = await openHost(`
    const square = (parent, x, y) => {
      const node = figma.createRectangle();
      parent.appendChild(node);
      node.resize(20, 10);
      node.x = x;
      node.y = y;
      return node;
    };
    const frame = figma.createFrame();
    frame.name = "Drawing";
    frame.resize(100, 80);
    frame.x = 300;
    frame.y = 200;
    ${setUp}`);
  const node = await host.script<string>(
    `return figma.currentPage.findOne((layer) => layer.name === ${JSON.stringify(name)}).id`,
  );
  return (await host.call("read-outlines", { node })).drawing;
};

test("read-outlines gives a vector's own paths, where it stands on the page", async () => {
  const drawing = await outlines(
    `
    const vector = figma.createVector();
    vector.name = "Mountain";
    frame.appendChild(vector);
    vector.vectorPaths = [{ windingRule: "EVENODD", data: "M 0 40 L 30 0 L 60 40 Z" }];
    vector.fills = [{ type: "SOLID", color: { r: 0, g: 0.5, b: 0 } }];
    vector.strokes = [];
    vector.x = 10;
    vector.y = 20;`,
    "Mountain",
  );
  expect(drawing).toEqual({
    box: { x: 310, y: 220, width: 60, height: 40 },
    shapes: [
      {
        transform: [
          [1, 0, 310],
          [0, 1, 220],
        ],
        fill: [{ windingRule: "EVENODD", data: "M 0 40 L 30 0 L 60 40 Z" }],
        stroke: [],
        strokeWeight: 0,
        covers: true,
      },
    ],
  });
});

test("read-outlines reads every shape of a frame, back to front, and not the frame's own ground", async () => {
  const drawing = (await outlines(`
    const back = square(frame, 0, 0);
    const front = figma.createStar();
    frame.appendChild(front);
    front.resize(40, 40);
    front.strokes = [{ type: "SOLID", color: { r: 0, g: 0, b: 0 } }];
    front.strokeWeight = 3;
    front.strokeAlign = "CENTER";
    front.opacity = 0.5;
    const unseen = square(frame, 50, 50);
    unseen.visible = false;
    square(frame, 60, 60).fills = [];`))!;
  expect(drawing.box).toEqual({ x: 300, y: 200, width: 100, height: 80 });
  expect(drawing.shapes.map(({ strokeWeight, covers }) => [strokeWeight, covers])).toEqual([
    [0, true],
    [3, false],
  ]);
  expect(drawing.shapes[1]!.fill[0]!.data).toMatch(/^M 20 0 L .* Z$/);
  expect(drawing.shapes[1]!.stroke).toHaveLength(1);
});

test("read-outlines takes the outline for the line where a stroke runs inside of it", async () => {
  const drawing = (await outlines(`
    const inside = square(frame, 0, 0);
    inside.fills = [];
    inside.strokes = [{ type: "SOLID", color: { r: 0, g: 0, b: 0 } }];
    inside.strokeAlign = "INSIDE";`))!;
  expect(drawing.shapes).toMatchObject([{ fill: [{ windingRule: "NONZERO" }], stroke: [], covers: false }]);
});

test.each([
  ["shows a picture", `square(frame, 0, 0).fills = [{ type: "IMAGE", scaleMode: "FILL", imageHash: null }];`],
  ["masks something", "square(frame, 0, 0).isMask = true;"],
  ["cuts something off", "square(frame, 90, 0);"],
  ["is empty", ""],
])("read-outlines gives nothing of a layer that %s", async (_what, setUp) => {
  expect(await outlines(setUp)).toBe(null);
});

/** Figma's types are known to plugin/main alone. */
const { readOutlines } = jest.requireActual<{ readOutlines(layer: object): Drawing | null }>(
  "../../plugin/main/read-outlines.ts",
);

/** The playground has none of these: what Figma tells of such a layer, by its typings. */
const told = (more: object) => {
  const box = { x: 0, y: 0, width: 9, height: 9 };
  const path = { windingRule: "NONZERO", data: "M 0 0 L 9 0 L 9 9 Z" };
  const identity = [
    [1, 0, 0],
    [0, 1, 0],
  ];
  const look = { fills: [{ type: "SOLID" }], strokes: [], effects: [], fillGeometry: [path], strokeGeometry: [] };
  const layer = { type: "VECTOR", visible: true, opacity: 1, isMask: false, absoluteBoundingBox: box };
  return readOutlines({ ...layer, ...look, absoluteTransform: identity, ...more });
};

test.each([
  [1, {}],
  [1, { fills: [{ type: "GRADIENT_LINEAR" }] }],
  [1, { fills: [{ type: "SOLID" }, { type: "SHADER", visible: false }] }],
  [1, { effects: [{ type: "NOISE", visible: true }] }],
  [1, { effects: [{ type: "SHADER", visible: false }] }],
  [0, { fills: [{ type: "SHADER", id: "1" }] }],
  [0, { fills: [{ type: "VIDEO" }] }],
  [0, { fills: [{ type: "PATTERN" }] }],
  [0, { fills: [{ type: "UNHEARD_OF" }] }],
  [0, { effects: [{ type: "SHADER", visible: true }] }],
  [0, { effects: [{ type: "UNHEARD_OF", visible: true }] }],
  [0, { type: "TRANSFORM_GROUP" }],
])("read-outlines gives %d shapes of a layer with %j", (count, more) => {
  expect(told(more)?.shapes.length ?? 0).toBe(count);
});

test("read-outlines reads a boolean operation as the one shape that it is", async () => {
  const drawing = (await outlines(
    `
    const union = figma.union([square(frame, 0, 0), square(frame, 10, 5)], frame);
    union.name = "Union";`,
    "Union",
  ))!;
  expect(drawing.shapes).toHaveLength(1);
  expect(drawing.box).toEqual({ x: 300, y: 200, width: 30, height: 15 });
});
