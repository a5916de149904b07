/** Pictures of layers, as a character keeps them: the layers themselves stay what and where they are. */
import { Problem } from "../../../shared/problem.ts";
import { referenceScale } from "../../../shared/reference-size.ts";
import { findLayer } from "../find-layer.ts";

export interface ReferencePicture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

/** In the order of the layers. Problems "target-gone", "selection-unsupported". */
export async function picturesOf(nodes: readonly string[]): Promise<ReferencePicture[]> {
  const pictures: ReferencePicture[] = [];
  for (const id of nodes) pictures.push(await pictureOf(id));
  return pictures;
}

async function pictureOf(id: string): Promise<ReferencePicture> {
  const node = await findLayer(id);
  const { name, width, height } = node;
  if (node.absoluteBoundingBox === null || !(width >= 1 && height >= 1))
    throw new Problem("selection-unsupported", `“${name}” shows nothing. Make it visible, then try again.`);
  const scale = referenceScale(node);
  const bytes = await node.exportAsync({
    format: "PNG",
    contentsOnly: true,
    colorProfile: "SRGB",
    constraint: { type: "SCALE", value: scale },
  });
  return { name, width: width * scale, height: height * scale, bytes };
}

/** A layer that shows the picture, as the last one in `parent`. */
export function placePicture(
  { name, width, height, bytes }: ReferencePicture,
  parent: SectionNode | FrameNode | ComponentNode,
): RectangleNode {
  const layer = figma.createRectangle();
  layer.name = name;
  layer.resize(width, height);
  layer.fills = [{ type: "IMAGE", imageHash: figma.createImage(bytes).hash, scaleMode: "FILL" }];
  parent.appendChild(layer);
  return layer;
}
