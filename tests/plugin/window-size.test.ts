import { usableWindow } from "../../plugin/window-size.ts";

test("usableWindow() keeps a window at which the panel can be used", () => {
  expect(usableWindow({ width: 152, height: 40.2 })).toEqual({ width: 280, height: 320 });
  expect(usableWindow({ width: 5000, height: 5000 })).toEqual({ width: 720, height: 1200 });
  expect(usableWindow({ width: 340.4, height: 600 })).toEqual({ width: 340, height: 600 });
});
