/** One assumption about Figma a function. `holds`: it is so here; `detail`: what was seen. */
interface Finding {
  readonly holds: boolean;
  readonly detail: string;
}
type CheckFunction = (bench: FrameNode) => Promise<Finding>;

const RED: SolidPaint = { type: "SOLID", color: { r: 1, g: 0, b: 0 } };
const BLUE: SolidPaint = { type: "SOLID", color: { r: 0, g: 0, b: 1 } };

export const CHECKS: readonly (readonly [name: string, run: CheckFunction])[] = [
  ["An export covers exactly the layer’s box", exportsBox],
  ["The export of a turned layer covers its upright bounds", exportsTurned],
  ["An export of rendered bounds includes strokes", exportsStrokes],
  ["A shape tells its own outlines", tellsOutlines],
  ["A picture that was exported can be used as a fill", fillsWithImage],
  ["A picture’s bytes are those that were put in", keepsBytes],
  ["A picture cropped beyond its edges shows nothing there", cropsBeyond],
  ["A picture’s own rotation turns it clockwise", turnsClockwise],
  ["Pictures above 4096 px are refused", refusesLargeImages],
  ["Transforms skip groups", transformsSkipGroups],
  ["A flipped transform is kept", keepsFlip],
  ["Auto layout lets an absolute layer stay where it is put", placesInAutoLayout],
  ["A component instance takes no new layers", instancesAreClosed],
  ["Plugin data is limited to 100 kB", limitsPluginData],
  ["One undo removes one placed layer", undoesOneStep],
  ["Settings survive in Figma’s storage", storesSettings],
];

function addRectangle(parent: FrameNode, { x, y, width, height }: Rect): RectangleNode {
  const rectangle = figma.createRectangle();
  parent.appendChild(rectangle);
  rectangle.resize(width, height);
  rectangle.x = x;
  rectangle.y = y;
  rectangle.fills = [RED];
  return rectangle;
}

const exportBox = (node: SceneNode, scale: number, useAbsoluteBounds = true) =>
  node.exportAsync({
    format: "PNG",
    contentsOnly: true,
    useAbsoluteBounds,
    colorProfile: "SRGB",
    constraint: { type: "SCALE", value: scale },
  });

/** Width and height from a PNG's header. */
function sizeOfPng(bytes: Uint8Array): [number, number] {
  const at = (offset: number) =>
    ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>> 0;
  return [at(16), at(20)];
}

const sized = ([width, height]: readonly number[], wanted: readonly number[]): Finding => ({
  holds: width === wanted[0] && height === wanted[1],
  detail: `${width} × ${height} px, expected ${wanted[0]} × ${wanted[1]}`,
});

async function exportsBox(bench: FrameNode): Promise<Finding> {
  const rectangle = addRectangle(bench, { x: 20, y: 20, width: 100, height: 60 });
  return sized(sizeOfPng(await exportBox(rectangle, 2)), [200, 120]);
}

async function exportsTurned(bench: FrameNode): Promise<Finding> {
  const rectangle = addRectangle(bench, { x: 100, y: 100, width: 100, height: 60 });
  rectangle.rotation = 90;
  return sized(sizeOfPng(await exportBox(rectangle, 1)), [60, 100]);
}

async function exportsStrokes(bench: FrameNode): Promise<Finding> {
  const rectangle = addRectangle(bench, { x: 50, y: 50, width: 100, height: 60 });
  rectangle.strokes = [RED];
  rectangle.strokeAlign = "OUTSIDE";
  rectangle.strokeWeight = 10;
  return sized(sizeOfPng(await exportBox(rectangle, 1, false)), [120, 80]);
}

async function tellsOutlines(bench: FrameNode): Promise<Finding> {
  const star = figma.createStar();
  bench.appendChild(star);
  star.resize(100, 60);
  star.strokes = [RED];
  const line = figma.createLine();
  bench.appendChild(line);
  const paths = star.fillGeometry.map(({ data }) => data);
  const numbers =
    paths
      .join(" ")
      .match(/-?\d+(\.\d+)?/g)
      ?.map(Number) ?? [];
  const within = numbers.length > 0 && numbers.every((number) => number > -0.1 && number < 100.1);
  return {
    holds: within && star.strokeGeometry.length > 0 && line.fillGeometry.length === 0,
    detail: `a star is “${paths[0]?.slice(0, 24)}…”, with ${star.strokeGeometry.length} stroke outlines; a line fills ${line.fillGeometry.length}`,
  };
}

async function fillsWithImage(bench: FrameNode): Promise<Finding> {
  const rectangle = addRectangle(bench, { x: 0, y: 0, width: 32, height: 32 });
  const bytes = await exportBox(rectangle, 1);
  const image = figma.createImage(bytes);
  rectangle.fills = [{ type: "IMAGE", imageHash: image.hash, scaleMode: "FILL" }];
  const paint = (rectangle.fills as readonly Paint[])[0];
  const size = await image.getSizeAsync();
  return {
    holds: paint?.type === "IMAGE" && paint.imageHash === image.hash && size.width === 32 && size.height === 32,
    detail: `${paint?.type} fill of ${size.width} × ${size.height} px`,
  };
}

/** A frame without a fill. */
function addFrame(bench: FrameNode, { width, height }: Pick<Rect, "width" | "height">): FrameNode {
  const frame = figma.createFrame();
  bench.appendChild(frame);
  frame.resize(width, height);
  frame.fills = [];
  return frame;
}

/** Red and blue squares, the second one at `second`, as a frame of that size shows them. */
async function drawTwo(bench: FrameNode, size: Pick<Rect, "width" | "height">, second: Vector): Promise<Uint8Array> {
  const frame = addFrame(bench, size);
  addRectangle(frame, { x: 0, y: 0, width: 10, height: 10 });
  addRectangle(frame, { ...second, width: 10, height: 10 }).fills = [BLUE];
  return exportBox(frame, 1);
}

/** How a frame of that size looks that is filled by the picture of red and blue, side by side. */
async function drawFilled(
  bench: FrameNode,
  size: Pick<Rect, "width" | "height">,
  paint: Omit<ImagePaint, "type" | "imageHash">,
): Promise<Uint8Array> {
  const { hash } = figma.createImage(await drawTwo(bench, { width: 20, height: 10 }, { x: 10, y: 0 }));
  const frame = addFrame(bench, size);
  addRectangle(frame, { x: 0, y: 0, ...size }).fills = [{ type: "IMAGE", imageHash: hash, ...paint }];
  return exportBox(frame, 1);
}

const sameBytes = (a: Uint8Array, b: Uint8Array): Finding => {
  const holds = a.length === b.length && a.every((value, i) => value === b[i]);
  return { holds, detail: `${a.length} bytes, ${holds ? "the same" : "unlike the"} ${b.length} expected` };
};

async function keepsBytes(bench: FrameNode): Promise<Finding> {
  const bytes = await drawTwo(bench, { width: 20, height: 10 }, { x: 10, y: 0 });
  return sameBytes(await figma.createImage(bytes).getBytesAsync(), bytes);
}

async function cropsBeyond(bench: FrameNode): Promise<Finding> {
  const size = { width: 40, height: 20 };
  const imageTransform: Transform = [
    [2, 0, 0],
    [0, 2, 0],
  ];
  const cropped = await drawFilled(bench, size, { scaleMode: "CROP", imageTransform });
  return sameBytes(cropped, await drawTwo(bench, size, { x: 10, y: 0 }));
}

async function turnsClockwise(bench: FrameNode): Promise<Finding> {
  const size = { width: 10, height: 20 };
  const turned = await drawFilled(bench, size, { scaleMode: "FILL", rotation: 90 });
  return sameBytes(turned, await drawTwo(bench, size, { x: 0, y: 10 }));
}

async function refusesLargeImages(bench: FrameNode): Promise<Finding> {
  const strip = addRectangle(bench, { x: 0, y: 0, width: 4097, height: 1 });
  const bytes = await exportBox(strip, 1);
  const [width] = sizeOfPng(bytes);
  try {
    figma.createImage(bytes);
    return { holds: false, detail: `a picture ${width} px wide was accepted` };
  } catch (error) {
    return { holds: width === 4097, detail: String(error) };
  }
}

async function transformsSkipGroups(bench: FrameNode): Promise<Finding> {
  const rectangle = addRectangle(bench, { x: 70, y: 40, width: 20, height: 20 });
  const other = addRectangle(bench, { x: 30, y: 10, width: 20, height: 20 });
  const group = figma.group([rectangle, other], bench);
  const [[, , x], [, , y]] = rectangle.relativeTransform;
  return {
    holds: x === 70 && y === 40 && group.x === 30 && group.y === 10,
    detail: `a layer at 70, 40 in a group at ${group.x}, ${group.y} says ${x}, ${y}`,
  };
}

async function keepsFlip(bench: FrameNode): Promise<Finding> {
  const rectangle = addRectangle(bench, { x: 0, y: 0, width: 50, height: 20 });
  rectangle.relativeTransform = [
    [-1, 0, 150],
    [0, 1, 30],
  ];
  const [[a, , x], [, d, y]] = rectangle.relativeTransform;
  return { holds: a === -1 && d === 1 && x === 150 && y === 30, detail: `${a}, ${d} at ${x}, ${y}` };
}

async function placesInAutoLayout(bench: FrameNode): Promise<Finding> {
  addRectangle(bench, { x: 0, y: 0, width: 50, height: 50 });
  bench.layoutMode = "HORIZONTAL";
  const { width, height } = bench;
  const rectangle = figma.createRectangle();
  bench.insertChild(1, rectangle);
  rectangle.layoutPositioning = "ABSOLUTE";
  rectangle.resize(10, 10);
  rectangle.x = 7;
  rectangle.y = 9;
  return {
    holds: rectangle.x === 7 && rectangle.y === 9 && bench.width === width && bench.height === height,
    detail: `at ${rectangle.x}, ${rectangle.y}; the frame is ${bench.width} × ${bench.height}, was ${width} × ${height}`,
  };
}

async function instancesAreClosed(bench: FrameNode): Promise<Finding> {
  const component = figma.createComponent();
  bench.appendChild(component);
  const instance = component.createInstance();
  bench.appendChild(instance);
  const rectangle = addRectangle(bench, { x: 0, y: 0, width: 10, height: 10 });
  try {
    // The typings know that instances take no children; the question is what Figma does.
    (instance as unknown as ChildrenMixin).appendChild(rectangle);
    return { holds: false, detail: "an instance took a layer" };
  } catch (error) {
    return { holds: true, detail: String(error) };
  }
}

async function limitsPluginData(bench: FrameNode): Promise<Finding> {
  bench.setPluginData("fits", "x".repeat(90_000));
  const kept = bench.getPluginData("fits").length;
  try {
    bench.setPluginData("too-long", "x".repeat(110_000));
    return { holds: false, detail: "110,000 characters were accepted" };
  } catch {
    return { holds: kept === 90_000, detail: `${kept} characters kept, 110,000 refused` };
  }
}

async function undoesOneStep(bench: FrameNode): Promise<Finding> {
  figma.commitUndo();
  const { id } = addRectangle(bench, { x: 0, y: 0, width: 10, height: 10 });
  figma.commitUndo();
  figma.triggerUndo();
  const layer = await figma.getNodeByIdAsync(id);
  const gone = layer === null || layer.removed;
  const stays = (await figma.getNodeByIdAsync(bench.id)) !== null;
  return {
    holds: gone && stays,
    detail: gone ? (stays ? "one step" : "it undid more than the layer") : "nothing undone",
  };
}

async function storesSettings(): Promise<Finding> {
  await figma.clientStorage.setAsync("self-test", { text: "ä", list: [1, 2.5] });
  const value: unknown = await figma.clientStorage.getAsync("self-test");
  await figma.clientStorage.deleteAsync("self-test");
  const text = JSON.stringify(value);
  return { holds: text === JSON.stringify({ text: "ä", list: [1, 2.5] }), detail: text };
}
