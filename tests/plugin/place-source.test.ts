/** Where what a Fill changed is put, and by which paint it is shown. */
import type { OwnPicture } from "../../plugin/bridge.ts";
import { type Host, openHost, png } from "./strict-host.ts";

let host: Host;
afterEach(() => host.close());

/** Our target "t", 120 × 80, that shows a picture of 60 × 60 by `paint`. */
async function open(paint: string, more = ""): Promise<void> {
  const bytes = [...(await png(60, 60, "#123456"))];
  host = await openHost(`
    const hash = figma.createImage(new Uint8Array(${JSON.stringify(bytes)})).hash;
    const t = figma.createRectangle(); t.name = "t"; t.resize(120, 80);
    t.fills = [{ type: "IMAGE", imageHash: hash, ...${paint} }]; ${more}`);
}
const id = () => host.script<string>(`return figma.currentPage.findOne((node) => node.name === "t").id;`);
const ticket = async () => host.call("take-ticket", { target: await id() });

/** Takes a ticket, lets `meanwhile` happen, and places 60 × 60 pixels. */
async function place(meanwhile = "") {
  const taken = await ticket();
  await host.script(`const t = figma.currentPage.findOne((node) => node.name === "t"); ${meanwhile}`);
  const bytes = await png(60, 60);
  const { node } = await host.call("place-layer", {
    ...{
      ticket: taken,
      bytes,
      name: "r",
      recipe: "{}",
      where: "over",
      fit: "source",
      layering: "front",
      job: "j",
      replaces: [],
    },
  });
  return host.script<{
    paint: OwnPicture["paint"] & { imageHash: string };
    box: number[];
    radius: number;
    transform: number[][];
  }>(`
    const node = await figma.getNodeByIdAsync(${JSON.stringify(node)});
    const { imageHash, type, visible, opacity, blendMode, ...paint } = node.fills[0];
    const round = (row) => row.map((value) => Math.round(value * 1000) / 1000 + 0);
    return { paint, box: round([node.width, node.height]), radius: node.topLeftRadius, transform: node.absoluteTransform.map(round) };`);
}

test.each([
  ["FILL", `{ scaleMode: "FILL", rotation: 90 }`, { scaleMode: "FILL", rotation: 90 }],
  ["FIT", `{ scaleMode: "FIT", filters: { exposure: 0.5 } }`, { scaleMode: "FIT", filters: { exposure: 0.5 } }],
  [
    "CROP",
    `{ scaleMode: "CROP", imageTransform: [[0.5, 0, 0.25], [0, 0.5, 0.1]] }`,
    {
      scaleMode: "CROP",
      imageTransform: [
        [0.5, 0, 0.25],
        [0, 0.5, 0.1],
      ],
    },
  ],
])("a picture's own pixels are shown by its own paint: %s", async (_mode, paint, wanted) => {
  await open(paint, "t.cornerRadius = 12; t.rotation = 25; t.x = 50;");
  expect((await ticket()).picture).toMatchObject({ width: 60, height: 60, paint: wanted });
  const placed = await place();
  expect(placed.paint).toMatchObject(wanted);
  expect({ box: placed.box, radius: placed.radius }).toEqual({ box: [120, 80], radius: 12 });
});

test("a picture's own pixels follow a target that was turned and resized meanwhile", async () => {
  await open(`{ scaleMode: "FILL" }`);
  const { box, transform } = await place("t.resize(240, 160); t.relativeTransform = [[0, -1, 300], [1, 0, 7]];");
  expect({ box, transform }).toEqual({
    box: [240, 160],
    transform: [
      [0, -1, 300],
      [1, 0, 7],
    ],
  });
});

test("tiles lie in one picture, which ends where the layer was, however large it is now", async () => {
  await open(`{ scaleMode: "TILE", scalingFactor: 0.5 }`);
  const { paint } = await place("t.resize(240, 80);");
  expect(paint).toMatchObject({
    scaleMode: "CROP",
    imageTransform: [
      [2, 0, 0],
      [0, 1, 0],
    ],
  });
});

test("what was taken as drawn lies in its upright bounds, and turns with its target", async () => {
  await open(`{ scaleMode: "FILL", opacity: 0.5 }`, "t.relativeTransform = [[0, -1, 100], [1, 0, 30]];");
  expect((await ticket()).picture).toBeUndefined();
  const upright = await place();
  expect(upright).toMatchObject({
    paint: {
      scaleMode: "CROP",
      imageTransform: [
        [1, 0, 0],
        [0, 1, 0],
      ],
    },
    box: [80, 120],
    transform: [
      [1, 0, 20],
      [0, 1, 30],
    ],
  });
  const turned = await place("t.relativeTransform = [[1, 0, 0], [0, 1, 0]];");
  expect({ box: turned.box, transform: turned.transform }).toEqual({
    box: [80, 120],
    transform: [
      [0, 1, 0],
      [-1, 0, 80],
    ],
  });
});

test.each([
  ["another paint", `t.fills = [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }, ...t.fills];`],
  ["a stroke", `t.strokes = [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }];`],
  ["a blur", `t.effects = [{ type: "LAYER_BLUR", blurType: "NORMAL", radius: 4, visible: true }];`],
  ["a paint that blends", `t.fills = [{ ...t.fills[0], blendMode: "MULTIPLY" }];`],
])("a layer with %s is taken as drawn", async (_what, change) => {
  await open(`{ scaleMode: "FILL" }`, change);
  expect((await ticket()).picture).toBeUndefined();
});

test("the mask that was drawn inside a picture's frame does not make it more than a picture", async () => {
  const bytes = [...(await png(60, 60))];
  host = await openHost(`
    const hash = figma.createImage(new Uint8Array(${JSON.stringify(bytes)})).hash;
    const t = figma.createFrame(); t.name = "t"; t.fills = [{ type: "IMAGE", imageHash: hash, scaleMode: "FILL" }];
    const m = figma.createEllipse(); t.appendChild(m); m.name = "m";`);
  const mask = await host.script<string>(`return figma.currentPage.findOne((node) => node.name === "m").id;`);
  expect((await ticket()).picture).toBeUndefined();
  expect((await host.call("take-ticket", { target: await id(), mask })).picture).toMatchObject({ width: 60 });
});

test("an image's own bytes can be read, and one that is not in the file is named so", async () => {
  await open(`{ scaleMode: "FILL" }`);
  const { picture } = await ticket();
  expect((await host.call("read-image", { hash: picture!.hash })).bytes).toEqual(await png(60, 60, "#123456"));
  await expect(host.call("read-image", { hash: "0".repeat(40) })).rejects.toMatchObject({ code: "image-not-readable" });
});
