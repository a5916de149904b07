/** Colours that results are brought to, and the look of a layer. */
import { buildRequest } from "../../../plugin/ui/request/build-request.ts";
import { intentsOf } from "../../../plugin/ui/request/intent.ts";
import { DEFAULT_SETTINGS } from "../../../plugin/ui/state/state.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import { companion, layer, target } from "./fixtures.ts";

// Pixels are read by a canvas, which only browsers have.
jest.mock("../../../plugin/ui/pixels/main-colors.ts", () => ({
  mainColors: async (png: Uint8Array, most: number) => ["#112233", "#445566"].slice(0, Math.min(most, png.length)),
}));
const { paletteOfFile, paletteOfSelection, styleOfSelection } =
  require("../../../plugin/ui/actions/choose-palette.ts") as typeof import("../../../plugin/ui/actions/choose-palette.ts");

function open(colors: readonly string[] = []) {
  const store = new Store();
  const started = { settings: DEFAULT_SETTINGS, document: "Icons", selection: target("Hero"), view: "create" } as const;
  store.dispatch({ type: "started", ...started });
  store.dispatch({ type: "companion", companion });
  const asked: unknown[] = [];
  const main = {
    call: async (name: string, input: object) => {
      asked.push([name, input]);
      const answers = {
        "read-palette": { colors: colors.map((color) => ({ name: color, color })) },
        thumbnail: { bytes: new Uint8Array(2) },
      };
      return answers[name as keyof typeof answers] as never;
    },
  };
  const request = (mode: "generate" | "edit" | "fill") =>
    buildRequest(
      { ...intentsOf({ ...store.state, mode: "generate" })[0]!, mode, target: layer("Hero"), fill: null },
      1,
    );
  return { store, desk: { store, main }, asked, request };
}

test("those of the file go along with what is painted, but not with a Fill, which keeps to its surroundings", async () => {
  const { desk, store, request } = open(["#0d99ff", "#1e1e1e"]);
  await paletteOfFile(desk);
  expect(store.state.settings.palette).toEqual({ colors: ["#0d99ff", "#1e1e1e"], strength: 1 });
  expect(request("generate").palette).toEqual(store.state.settings.palette);
  expect(request("edit").palette).toEqual(store.state.settings.palette);
  expect(request("fill").palette).toBeUndefined();
});

test("a file without any says so, and leaves what was chosen", async () => {
  const { desk, store } = open();
  await paletteOfFile(desk);
  expect(store.state.settings.palette).toBeUndefined();
  expect(store.state.notice).toMatchObject({ text: expect.stringContaining("no colours in styles or variables") });
});

test("no more colours are taken than a request may have", async () => {
  const { desk, store } = open(Array.from({ length: 50 }, (_, i) => `#0000${(i + 16).toString(16)}`));
  await paletteOfFile(desk);
  expect(store.state.settings.palette?.colors).toHaveLength(32);
});

test("another palette keeps the strength that was set", async () => {
  const { desk, store } = open();
  store.dispatch({ type: "settings", change: { palette: { colors: ["#ffffff"], strength: 0.4 } } });
  await paletteOfSelection(desk);
  expect(store.state.settings.palette).toEqual({ colors: ["#112233", "#445566"], strength: 0.4 });
});

test("one click takes a layer's look: as a reference for style alone, and by its colours", async () => {
  const { desk, store, asked, request } = open();
  await styleOfSelection(desk);
  expect(store.state.references).toMatchObject([{ layer: { id: layer("Hero").id }, blocks: "style" }]);
  expect(store.state.settings.palette?.colors).toEqual(["#112233", "#445566"]);
  expect(asked).toEqual([["thumbnail", { node: layer("Hero").id }]]);
  expect(request("generate").references).toMatchObject([{ blocks: "style" }]);
  await styleOfSelection(desk);
  expect(store.state.references).toHaveLength(1);
});
