import type { SelectionInfo } from "../../../plugin/bridge.ts";
import { expandedArea } from "../../../plugin/ui/pixels/kept-area.ts";
import { cropOf, sourceRaster } from "../../../plugin/ui/pixels/source-raster.ts";
import { layeringOf, layeringsOf } from "../../../plugin/ui/request/layering.ts";
import { expansionOf, marginsFor, pulled } from "../../../plugin/ui/state/expansion.ts";
import { INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import { layer, target, ticket } from "./fixtures.ts";

const size = { width: 100, height: 50 };
const none = { left: 0, top: 0, right: 0, bottom: 0 };
const free = { symmetric: false, keepRatio: false };

describe("pulled()", () => {
  test.each([
    ["an edge outward", { x: 1, y: 0 }, { x: 12.4, y: 99, ...free }, { ...none, right: 12 }],
    ["an edge never into the picture", { x: -1, y: 0 }, { x: 30, y: 0, ...free }, none],
    [
      "both sides alike with Alt",
      { x: 0, y: -1 },
      { x: 0, y: -7, ...free, symmetric: true },
      { ...none, top: 7, bottom: 7 },
    ],
    ["a corner on its own way", { x: 1, y: 1 }, { x: 20, y: 3, ...free }, { ...none, right: 20, bottom: 3 }],
    [
      "a corner with the picture's shape",
      { x: 1, y: 1 },
      { x: 20, y: 10, ...free, keepRatio: true },
      { ...none, right: 20, bottom: 10 },
    ],
    ["a pull across the diagonal not at all", { x: 1, y: 1 }, { x: 10, y: -20, ...free, keepRatio: true }, none],
    ["no farther than twice the longer side", { x: 1, y: 0 }, { x: 9999, y: 0, ...free }, { ...none, right: 200 }],
  ] as const)("moves %s", (_what, grip, pull, wanted) => {
    expect(pulled(none, grip, pull, size)).toEqual(wanted);
  });
});

test("a quarter larger is an eighth on each side", () => {
  expect(marginsFor(0.25, size)).toEqual({ left: 13, top: 6, right: 13, bottom: 6 });
});

describe("expansionOf()", () => {
  const state = (selection: SelectionInfo, more: Partial<State> = {}): State => ({
    ...INITIAL_STATE,
    ...{ mode: "fill", selection },
    ...more,
  });
  const photo = target("Photo");
  const masked = (beyond: "partly" | "around") => ({ ...target("Photo", "Shape"), beyond }) as SelectionInfo;
  const reach = (reach: "picture" | "beyond") => ({
    settings: { ...INITIAL_STATE.settings, maskShape: { ...INITIAL_STATE.settings.maskShape, reach } },
  });

  test("is what was drawn for this picture, and for no other", () => {
    const margins = { ...none, right: 9 };
    expect(expansionOf(state(photo))).toBeNull();
    expect(expansionOf(state(photo, { expansion: { target: "id of Photo", margins } }))).toEqual(margins);
    expect(expansionOf(state(photo, { expansion: { target: "another", margins } }))).toBeNull();
    expect(expansionOf(state(photo, { mode: "edit", expansion: { target: "id of Photo", margins } }))).toBeNull();
  });

  test("is the room in a frame that was selected around a smaller picture", () => {
    const room = { ...none, bottom: 30 };
    const frame = { ...target("Card"), inside: layer("Photo"), room } as SelectionInfo;
    expect(expansionOf(state(frame))).toEqual(room);
    expect(expansionOf(state({ ...photo, room } as SelectionInfo))).toBeNull();
  });

  test("goes as far as a mask that goes all around, and over an edge where that is wanted", () => {
    expect(expansionOf(state(target("Photo", "Shape")))).toBeNull();
    expect(expansionOf(state(masked("around")))).toBe("masks");
    expect(expansionOf(state(masked("around"), reach("picture")))).toBeNull();
    expect(expansionOf(state(masked("partly")))).toBeNull();
    expect(expansionOf(state(masked("partly"), reach("beyond")))).toBe("masks");
  });
});

describe("the raster of a picture that is expanded", () => {
  const expand = { left: 10, top: 0, right: 5, bottom: 20 };
  const picture = { hash: "h", width: 200, height: 100, paint: { scaleMode: "FILL" as const } };
  const photo = { ...ticket, ...size, expand, picture };

  test("has the picture's own pixels on the same grid", () => {
    const { size: larger, fromTarget } = sourceRaster(photo);
    expect({ larger, fromTarget }).toEqual({
      larger: { width: 230, height: 140 },
      fromTarget: [
        [2, 0, 20],
        [0, 2, 0],
      ],
    });
    const { kept, coverage } = expandedArea(photo);
    const count = (area: Uint8Array) => area.reduce((sum, value) => sum + Number(value > 0), 0);
    expect([count(kept), count(coverage)]).toEqual([200 * 100, 230 * 140 - 200 * 100]);
    expect([kept[19], kept[20], kept[219], kept[220]]).toEqual([0, 1, 1, 0]);
  });

  test("is shown by a layer of the margins' size", () => {
    const [[a, , e], [, d, f]] = cropOf(photo, sourceRaster(photo));
    expect([a, e, d, f]).toEqual([1, 0, 1, 0]);
  });

  test("keeps what the layer shows of a cropped picture, and paints what it hides anew", () => {
    const square = { ...photo, expand: { ...none, right: 50 }, picture: { ...picture, width: 400 } };
    const { kept } = expandedArea(square);
    expect(sourceRaster(square).size).toEqual({ width: 300, height: 100 });
    expect([kept[0], kept[199], kept[200]]).toEqual([1, 1, 0]);
  });

  test("is made smaller where it would be larger than Figma takes, and can only lie behind then", () => {
    const large = { ...photo, expand: { ...none, right: 100 }, picture: { ...picture, width: 4000, height: 2000 } };
    expect(sourceRaster(large).size.width).toBeLessThanOrEqual(4096);
    const takes = ["behind", "front", "fill"] as const;
    expect(layeringsOf({ ...large, takes: [...takes] })).toEqual(["behind"]);
    expect(layeringsOf({ ...photo, takes: [...takes] })).toEqual(takes);
    expect(layeringOf("fill", { ...photo, takes: [...takes] }, { layerings: {} })).toBe("behind");
  });
});
