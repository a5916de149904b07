import { type Host, openHost } from "./strict-host.ts";

let host: Host;
afterEach(() => host.close());

const SOLID = `{ type: "SOLID", color: { r: 0, g: 0, b: 0 } }`;

/** What is told of the layer "Mask", an ellipse of 40 × 20 in a frame of 100 × 80, after `change`. */
async function told(change = "") {
  host = await openHost(`
    const frame = figma.createFrame();
    frame.resize(100, 80);
    frame.x = 300;
    frame.y = 200;
    let mask = figma.createEllipse();
    frame.appendChild(mask);
    mask.resize(40, 20);
    mask.x = 30;
    mask.y = 10;
    mask.fills = [${SOLID}];
    ${change}
    mask.name = "Mask";`);
  const id = await host.script<string>(`return figma.currentPage.findOne(({ name }) => name === "Mask").id`);
  const { layers } = await host.call("describe-masks", { nodes: [id, "0:0"] });
  expect(layers.map((layer) => layer.id)).toEqual([id]);
  return layers[0]!;
}

test("describe-masks gives the outline of a plain shape, where it stands on the page", async () => {
  const { width, height, line, outline } = await told();
  expect({ width, height, line }).toEqual({ width: 40, height: 20, line: undefined });
  expect(outline).toMatchObject({
    transform: [
      [1, 0, 330],
      [0, 1, 210],
    ],
    rule: "NONZERO",
  });
  expect(outline!.data).toMatch(/^M 40 10 C .* Z$/);
});

test.each([
  ["is half transparent", `mask.opacity = 0.5; mask.fills = [{ ...${SOLID}, opacity: 0.3 }];`],
  ["is hidden", "mask.visible = false;"],
  ["has lines that do not show", `mask.strokes = [{ ...${SOLID}, visible: false }];`],
  ["lies in a frame that cuts off what is elsewhere", "frame.clipsContent = true; mask.x = 60;"],
  ["is turned in it", "frame.clipsContent = true; mask.rotation = -90; mask.x = 50;"],
])("describe-masks gives the outline of a shape that %s", async (_what, change) => {
  expect((await told(change)).outline).toBeDefined();
});

test.each([
  ["has lines, too", `mask.strokes = [${SOLID}];`],
  ["is of lines alone", `mask.fills = []; mask.strokes = [${SOLID}]; mask.strokeWeight = 3;`],
  ["shows nothing", "mask.fills = [];"],
  ["is wholly transparent", "mask.opacity = 0;"],
  ["is blurred", `mask.effects = [{ type: "LAYER_BLUR", radius: 4, visible: true }];`],
  [
    "fades out",
    `mask.fills = [{ type: "GRADIENT_LINEAR", gradientTransform: [[1, 0, 0], [0, 1, 0]],
      gradientStops: [{ position: 0, color: { r: 0, g: 0, b: 0, a: 1 } }, { position: 1, color: { r: 0, g: 0, b: 0, a: 0 } }] }];`,
  ],
  ["is cut off by a frame", "frame.clipsContent = true; mask.x = 61;"],
  [
    "may be cut off by a frame's round corners",
    "frame.clipsContent = true; frame.cornerRadius = 20; mask.x = 4; mask.y = 4;",
  ],
  ["masks other layers", "mask.isMask = true;"],
  ["is a frame", "mask = frame;"],
])("describe-masks leaves it to the pixels of a layer that %s what it covers", async (_what, change) => {
  expect((await told(change)).outline).toBeUndefined();
});

test("describe-masks tells how wide a mask's lines are", async () => {
  expect(await told(`mask.fills = []; mask.strokes = [${SOLID}]; mask.strokeWeight = 3;`)).toMatchObject({ line: 3 });
});
