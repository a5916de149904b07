import { SidePictures } from "../../../plugin/ui/pixels/side-pictures.ts";

beforeAll(() => {
  let made = 0;
  URL.createObjectURL = () => `blob:${++made}`;
});

test("of() asks once for each picture, and again after a break what was not answered", async () => {
  const asked: string[] = [];
  const pictures = new SidePictures((id) => asked.push(id));
  const [ink, again, wash] = [pictures.of("ink"), pictures.of("ink"), pictures.of("wash")];
  expect(again).toBe(ink);
  expect(asked).toEqual(["ink", "wash"]);
  pictures.onAnswer("ink", new Uint8Array([1]));
  expect(await ink).toMatch(/^blob:/);
  pictures.askAgain();
  expect(asked).toEqual(["ink", "wash", "wash"]);
  pictures.onAnswer("wash", undefined);
  expect(await wash).toBe(null);
  pictures.onAnswer("ink", undefined);
  expect(await pictures.of("ink")).toBe(await ink);
});
