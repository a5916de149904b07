/** Where the subject is, in drawn pictures of which that is known. */
import { areaOf, overlapOf } from "../../../shared/artboards/boxes.ts";
import { findSubject } from "../../../shared/artboards/find-subject.ts";

const [WIDTH, HEIGHT] = [160, 120];
type Paint = (x: number, y: number) => readonly [number, number, number];

function drawn(ground: Paint, box: { x: number; y: number; width: number; height: number }, subject: Paint) {
  const data = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let y = 0, i = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++, i += 4) {
      // An ellipse in the box.
      const [u, v] = [(x - box.x) / box.width - 0.5, (y - box.y) / box.height - 0.5];
      const paint = u * u + v * v < 0.25 ? subject : ground;
      data.set([...paint(x, y), 255], i);
    }
  return { width: WIDTH, height: HEIGHT, data };
}
const noise = (x: number, y: number) => ((x * 7919 + y * 104729) % 31) - 15;
const plain: Paint = () => [240, 238, 230];
const sky: Paint = (_, y) => [120 + y / 2, 160 + y / 3, 230 - y / 4];
const grass: Paint = (x, y) => [70 + noise(x, y), 120 + noise(y, x), 60 + noise(x, y)];
const red: Paint = () => [200, 40, 40];

/** Intersection over union. */
const likeness = (a: Parameters<typeof areaOf>[0], b: Parameters<typeof areaOf>[0]) => {
  const common = areaOf(overlapOf(a, b));
  return common / (areaOf(a) + areaOf(b) - common);
};

test.each([
  ["plain", plain],
  ["sky", sky],
  ["grass", grass],
])("an ellipse before %s is found within a quarter of its box", (_name, ground) => {
  for (const box of [
    { x: 50, y: 30, width: 60, height: 60 },
    { x: 8, y: 20, width: 50, height: 90 },
    { x: 100, y: 60, width: 50, height: 50 },
  ]) {
    const { x, y, width, height } = findSubject(drawn(ground, box, red));
    const found = { x: x * WIDTH, y: y * HEIGHT, width: width * WIDTH, height: height * HEIGHT };
    expect(likeness(found, box)).toBeGreaterThan(0.72);
  }
});

test("a subject that touches the border is found", () => {
  const box = { x: 60, y: 60, width: 50, height: 70 };
  const { y, height } = findSubject(drawn(sky, box, red));
  expect(y + height).toBeGreaterThan(0.95);
});

test("where nothing differs it is the picture's middle", () => {
  expect(findSubject(drawn(plain, { x: 0, y: 0, width: 1, height: 1 }, plain))).toEqual({
    ...{ x: 0.1, y: 0.1, width: 0.8, height: 0.8 },
  });
});

test("what is transparent is no subject", () => {
  const image = drawn(plain, { x: 20, y: 20, width: 60, height: 60 }, red);
  for (let i = 0; i < image.data.length; i += 4) if (image.data[i] === 240) image.data[i + 3] = 0;
  const { x, y, width, height } = findSubject(image);
  const found = { x: x * WIDTH, y: y * HEIGHT, width: width * WIDTH, height: height * HEIGHT };
  expect(likeness(found, { x: 20, y: 20, width: 60, height: 60 })).toBeGreaterThan(0.72);
});
