import { outlineOf } from "../../playground/host/outline.ts";
import { parsePath, pathBox } from "../../playground/host/path.ts";
import { BLANK, type NodeRecord } from "../../playground/host/record.ts";

const node = (type: NodeRecord["type"], more: Partial<NodeRecord> = {}): NodeRecord => ({
  ...BLANK,
  id: "1:1",
  parent: "0:1",
  name: type,
  type,
  width: 60,
  height: 40,
  ...more,
});
const codes = (data: string) => parsePath(data).map(({ code }) => code);
const codesOf = (record: NodeRecord) => outlineOf(record).map(({ data }) => codes(data).join(""));

test("outlineOf() closes rectangles, with curves only where corners are round", () => {
  expect(codesOf(node("RECTANGLE"))).toEqual(["MLLLZ"]);
  expect(codesOf(node("FRAME", { radii: [8, 0, 0, 0] }))).toEqual(["MCLLLZ"]);
  expect(codesOf(node("RECTANGLE", { radii: [99, 99, 99, 99] }))).toEqual(["MCLCLCLCZ"]);
});

test.each(["RECTANGLE", "ELLIPSE"] as const)("outlineOf() a %s touches all sides of its box", (type) => {
  const { x, y, width, height } = pathBox(outlineOf(node(type, { radii: [9, 9, 9, 9] })).map(({ data }) => data));
  for (const [value, expected] of [
    [x, 0],
    [y, 0],
    [width, 60],
    [height, 40],
  ] as const)
    expect(value).toBeCloseTo(expected, 6);
});

test("outlineOf() a ring is two loops, and a slice meets its centre", () => {
  const arcData = { startingAngle: 0, endingAngle: 2 * Math.PI, innerRadius: 0.5 };
  expect(codesOf(node("ELLIPSE", { arcData }))).toEqual(["MCCCCZMCCCCZ"]);
  const slice = { ...arcData, endingAngle: Math.PI / 2, innerRadius: 0 };
  const [{ data } = { data: "" }] = outlineOf(node("ELLIPSE", { arcData: slice }));
  expect(parsePath(data).at(-2)!.points).toEqual([{ x: 30, y: 20 }]);
});

test("outlineOf() a star goes in and out, and open paths fill nothing", () => {
  expect(codesOf(node("STAR", { pointCount: 5 }))).toEqual(["MLLLLLLLLLZ"]);
  expect(outlineOf(node("LINE"))).toEqual([]);
  const open = { windingRule: "NONE", data: "M 0 0 L 9 9" } as const;
  const shut = { windingRule: "NONZERO", data: "M 0 0 L 9 9 L 0 9 Z" } as const;
  expect(outlineOf(node("VECTOR", { vectorPaths: [open, shut] }))).toEqual([shut]);
});
