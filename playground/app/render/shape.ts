/** The outline of a node in its own space. */
import type { NodeRecord } from "../../host/record.ts";

type Radii = NodeRecord["radii"];

function rounded(path: Path2D, width: number, height: number, radii: Radii): void {
  const most = Math.min(width, height) / 2;
  path.roundRect(
    0,
    0,
    width,
    height,
    radii.map((radius) => Math.min(radius, most)),
  );
}

function regular(path: Path2D, { width, height, pointCount }: NodeRecord, innerRadius: number): void {
  const corners = innerRadius === 1 ? pointCount : pointCount * 2;
  for (let i = 0; i < corners; i++) {
    const angle = (i / corners) * 2 * Math.PI - Math.PI / 2;
    const radius = innerRadius !== 1 && i % 2 === 1 ? innerRadius : 1;
    const x = (width / 2) * (1 + Math.cos(angle) * radius);
    const y = (height / 2) * (1 + Math.sin(angle) * radius);
    if (i === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  path.closePath();
}

function ellipse(path: Path2D, { width, height, arcData }: NodeRecord): void {
  const { startingAngle, endingAngle, innerRadius } = arcData;
  const [rx, ry] = [width / 2, height / 2];
  const whole = Math.abs(endingAngle - startingAngle) >= 2 * Math.PI - 1e-6;
  path.ellipse(rx, ry, rx, ry, 0, startingAngle, endingAngle);
  if (innerRadius > 0) {
    if (whole)
      path.moveTo(rx + rx * innerRadius * Math.cos(endingAngle), ry + ry * innerRadius * Math.sin(endingAngle));
    path.ellipse(rx, ry, rx * innerRadius, ry * innerRadius, 0, endingAngle, startingAngle, true);
  } else if (!whole) {
    path.lineTo(rx, ry);
  }
  path.closePath();
}

export function outlineOf(node: NodeRecord): Path2D {
  const path = new Path2D();
  switch (node.type) {
    case "ELLIPSE":
      ellipse(path, node);
      break;
    case "POLYGON":
      regular(path, node, 1);
      break;
    case "STAR":
      regular(path, node, node.innerRadius);
      break;
    case "LINE":
      path.moveTo(0, 0);
      path.lineTo(node.width, 0);
      break;
    case "VECTOR":
      for (const { data } of node.vectorPaths) path.addPath(new Path2D(data));
      break;
    default:
      rounded(path, node.width, node.height, node.radii);
  }
  return path;
}

export const fillRuleOf = (node: NodeRecord): CanvasFillRule =>
  node.vectorPaths[0]?.windingRule === "EVENODD" ? "evenodd" : "nonzero";

/** A stroke that is not closed has nothing to fill: Figma's winding rule "NONE". */
export const isOpen = (node: NodeRecord): boolean =>
  node.type === "LINE" || (node.type === "VECTOR" && node.vectorPaths.every((path) => path.windingRule === "NONE"));
