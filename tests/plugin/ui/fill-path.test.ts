import { fillPath } from "../../../plugin/ui/pixels/fill-path.ts";
import { type Affine, IDENTITY } from "../../../shared/affine.ts";

const K = 0.5522847498307936;

/** An ellipse of this size as Figma writes it. */
const ellipse = (w: number, h: number): string => {
  const [x, y] = [w / 2, h / 2];
  return [
    `M ${w} ${y} C ${w} ${y + K * y} ${x + K * x} ${h} ${x} ${h} C ${x - K * x} ${h} 0 ${y + K * y} 0 ${y}`,
    `C 0 ${y - K * y} ${x - K * x} 0 ${x} 0 C ${x + K * x} 0 ${w} ${y - K * y} ${w} ${y} Z`,
  ].join(" ");
};
const at = (x: number, y: number): Affine => [
  [1, 0, x],
  [0, 1, y],
];

test("fillPath() covers of each pixel the share that lies within a rectangle", () => {
  const data = "M 0 0 L 2 0 L 2 1.5 L 0 1.5 Z";
  const seen = fillPath({ data, rule: "NONZERO" }, at(0.25, 1), { width: 4, height: 4 });
  const [share, half] = [Math.ceil(255 * 0.75), Math.ceil(255 * 0.5)];
  expect([...seen]).toEqual(
    [
      [0, 0, 0, 0],
      [share, 255, Math.ceil(255 * 0.25), 0],
      [Math.ceil(share / 2), half, Math.ceil(255 * 0.125), 0],
      [0, 0, 0, 0],
    ].flat(),
  );
});

test.each([
  [40, 30, 3, 4],
  [81.3, 55.9, 2.25, 7.5],
  [6.2, 90, 10, 0.125],
  [100, 100, -30.4, -20.6],
])("fillPath() covers every pixel that an ellipse of %d × %d covers, and none that it does not touch", (w, h, x, y) => {
  const size = { width: 100, height: 100 };
  const seen = fillPath({ data: ellipse(w, h), rule: "NONZERO" }, at(x, y), size);
  const [cx, cy] = [x + w / 2, y + h / 2];
  const out = (px: number, py: number) => Math.hypot((px - cx) / (w / 2), (py - cy) / (h / 2));
  let [beyond, short, sum] = [0, 0, 0];
  for (let py = 0; py < 100; py++)
    for (let px = 0; px < 100; px++) {
      const value = seen[py * 100 + px]!;
      sum += value / 255;
      const nearest = out(Math.min(Math.max(cx, px), px + 1), Math.min(Math.max(cy, py), py + 1));
      const farthest = Math.max(...[px, px + 1].flatMap((u) => [out(u, py), out(u, py + 1)]));
      // The curves are within 0.03 % of the ellipse.
      if (value > 0 && nearest > 1.0005) beyond++;
      if (value < 255 && farthest < 0.9995) short++;
    }
  expect({ beyond, short }).toEqual({ beyond: 0, short: 0 });
  if (x >= 0) expect(Math.abs(sum - (Math.PI * w * h) / 4)).toBeLessThan(0.004 * (w + h) * 2);
});

test("fillPath() follows a shape that is turned", () => {
  const map: Affine = [
    [0, -1, 9],
    [1, 0, 2],
  ];
  const size = { width: 12, height: 12 };
  const turned = fillPath({ data: "M 0 0 L 4 0 L 4 6 L 0 6 Z", rule: "NONZERO" }, map, size);
  expect(turned).toEqual(fillPath({ data: "M 0 0 L 6 0 L 6 4 L 0 4 Z", rule: "NONZERO" }, at(3, 2), size));
});

test("fillPath() leaves out what the rule leaves out", () => {
  const inner = "M 2 2 L 4 2 L 4 4 L 2 4 Z";
  const back = "M 2 2 L 2 4 L 4 4 L 4 2 Z";
  const middle = (data: string, rule: "NONZERO" | "EVENODD") =>
    fillPath({ data: `M 0 0 L 6 0 L 6 6 L 0 6 Z ${data}`, rule }, IDENTITY, { width: 6, height: 6 })[3 * 6 + 3];
  expect([middle(inner, "NONZERO"), middle(inner, "EVENODD"), middle(back, "NONZERO")]).toEqual([255, 0, 0]);
});

test("fillPath() reads numbers as they come, and parts that are left open", () => {
  const size = { width: 5, height: 5 };
  const square = fillPath({ data: "M 1 1 L 4 1 L 4 4 L 1 4 Z", rule: "NONZERO" }, IDENTITY, size);
  for (const data of ["M1,1L4,1 4,4 1,4", "M 1e0 +1 4 1 L4 4L1 4", "M1 1C2 1 3 1 4 1Q4 2.5 4 4L1 4Z"])
    expect(fillPath({ data, rule: "NONZERO" }, IDENTITY, size)).toEqual(square);
});

test.each(["L 1 1", "M 1", "M 1 1 C 2 2 3 3", "M 1 1 A 1 1", "1 1", "M 1 1 L 2 2 Z 3 3"])(
  "fillPath() refuses %j",
  (data) => {
    expect(() => fillPath({ data, rule: "NONZERO" }, IDENTITY, { width: 2, height: 2 })).toThrow("does not understand");
  },
);
