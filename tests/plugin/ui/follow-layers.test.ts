import type { Drawing } from "../../../plugin/bridge.ts";
import { fillPanel, recipeOf } from "../../../plugin/ui/actions/fill-panel.ts";
import { addControls, addReferences, selectedShape } from "../../../plugin/ui/actions/follow-layers.ts";
import { inUse } from "../../../plugin/ui/state/in-use.ts";
import { whatIsMissing } from "../../../plugin/ui/state/readiness.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import type { MainClient } from "../../../plugin/ui/wires/main-client.ts";
import { addOn, companion, layer, model, recipe, target } from "./fixtures.ts";

const canny = addOn("control", "canny");
const tile = addOn("control", "tile");
const wide = addOn("control", "canny xl", { families: [{ id: "sdxl", name: "Stable Diffusion XL" }] });
const lines: Drawing = { box: { x: 0, y: 0, width: 1, height: 1 }, shapes: [] };

function panel(drawn: readonly string[]) {
  const store = new Store();
  store.dispatch({ type: "companion", companion: { ...companion, addOns: [wide, tile, canny] } });
  const call = async (name: string, input: { node?: string; nodes?: string[] }) => {
    if (name === "read-outlines") return { drawing: drawn.includes(input.node!) ? lines : null };
    return { layers: input.nodes!.filter((id) => !id.includes("gone")).map((id) => ({ ...layer("Now"), id })) };
  };
  return { store, main: { call } as unknown as MainClient };
}

test("addControls() takes the outlines of drawn layers, and of others what is installed for the family", async () => {
  const it = panel(["id of Logo"]);
  it.store.dispatch({
    type: "selection",
    selection: { kind: "several", total: 2, layers: [layer("Logo"), layer("Photo")], targets: [] },
  });
  await addControls(it);
  expect(it.store.state.controls).toMatchObject([
    { layer: { name: "Logo" }, keeps: "outlines", model: canny.id, drawn: true, weight: 1, start: 0, end: 1 },
    { layer: { name: "Photo" }, keeps: "edges", model: canny.id, drawn: false },
  ]);
  await addControls(it);
  expect(it.store.state.controls).toHaveLength(2);
});

test("addControls() follows the shape of a picture and a shape", async () => {
  const it = panel([]);
  it.store.dispatch({ type: "selection", selection: target("Photo", "Heart") });
  await addControls(it);
  expect(it.store.state.controls.map(({ layer: { name } }) => name)).toEqual(["Heart"]);
});

test("addControls() adds no more than a request takes, and nothing where no model fits", async () => {
  const it = panel([]);
  const layers = ["a", "b", "c", "d", "e", "f"].map((name) => layer(name));
  it.store.dispatch({ type: "selection", selection: { kind: "several", total: 6, layers, targets: [] } });
  it.store.dispatch({ type: "companion", companion: { ...companion, addOns: [wide] } });
  await addControls(it);
  expect(it.store.state.controls).toEqual([]);
  it.store.dispatch({ type: "companion", companion: { ...companion, addOns: [canny] } });
  await addControls(it);
  expect(it.store.state.controls).toHaveLength(4);
});

test("a model that was made to follow pictures follows one by itself, wholly, and draws nothing without it", async () => {
  const it = panel(["id of Logo"]);
  const depth = { ...model, id: "flux1-depth-dev", name: "flux1-depth-dev", plain: true, follows: true };
  it.store.dispatch({ type: "companion", companion: { ...companion, models: [depth], addOns: [canny] } });
  it.store.dispatch({
    type: "selection",
    selection: { kind: "several", total: 2, layers: [layer("Logo"), layer("Photo")], targets: [] },
  });
  it.store.dispatch({ type: "prompt", prompt: "a fox" });
  expect(whatIsMissing(it.store.state)).toContain("Choose a picture to follow");
  await addControls(it);
  await addControls(it);
  const { controls } = it.store.state;
  expect(controls).toMatchObject([{ layer: { name: "Logo" }, keeps: "as it is", model: depth.id }]);
  expect(whatIsMissing(it.store.state)).toBe(null);
  it.store.dispatch({ type: "controls", controls: [{ ...controls[0]!, weight: 0.4, end: 0.5, mode: "guess" }] });
  const [used] = inUse(it.store.state, depth).controls;
  expect(used).toMatchObject({ weight: 1, start: 0, end: 1, mode: "balanced" });
});

test("a model without schedulers follows one picture with a ControlNet that is made for it, and with no other", async () => {
  const it = panel(["id of Logo"]);
  const family = { id: "z-image", name: "Z-Image" };
  const union = addOn("control", "Fun-Controlnet-Union", {
    families: [family],
    controlKind: "union",
    suggestedWeight: 0.75,
  });
  const unknown = addOn("control", "odd", { families: [], controlKind: "t2i-adapter" });
  const zImage = { ...model, id: "z", name: "z", family: { ...family, like: false }, plain: true, controls: 1 };
  it.store.dispatch({ type: "companion", companion: { ...companion, models: [zImage], addOns: [canny, unknown] } });
  const layers = [layer("Logo"), layer("Photo")];
  it.store.dispatch({ type: "selection", selection: { kind: "several", total: 2, layers, targets: [] } });
  await addControls(it);
  expect(it.store.state.controls).toEqual([]);
  it.store.dispatch({
    type: "companion",
    companion: { ...companion, models: [zImage], addOns: [canny, unknown, union] },
  });
  await addControls(it);
  await addControls(it);
  const { controls } = it.store.state;
  expect(controls).toMatchObject([{ layer: { name: "Logo" }, keeps: "outlines", model: union.id, weight: 0.75 }]);
  const other = { ...controls[0]!, layer: layer("Photo"), mode: "guess" } as const;
  it.store.dispatch({ type: "controls", controls: [{ ...other, model: canny.id }, other, ...controls] });
  expect(inUse(it.store.state, zImage).controls).toMatchObject([
    { layer: { name: "Photo" }, model: union.id, mode: "balanced", weight: 0.75 },
  ]);
  expect(inUse(it.store.state, { ...zImage, controls: undefined }).controls).toEqual([]);
});

test("addReferences() adds each layer once, with all that it shows", () => {
  const { store } = panel([]);
  store.dispatch({ type: "selection", selection: target("Fox") });
  addReferences(store);
  addReferences(store);
  expect(store.state.references).toMatchObject([{ layer: { name: "Fox" }, blocks: "all", weight: 0.8 }]);
});

test("selectedShape() is what can mark a part of a picture", () => {
  const shape = (kind: string) => selectedShape({ kind: "target", target: layer("A", { kind }) })?.name;
  expect(["Ellipse", "Vector", "Frame", "Image"].map(shape)).toEqual(["A", "A", undefined, undefined]);
  expect(selectedShape(target("Photo", "Spot"))?.name).toBe("Spot");
  expect(selectedShape({ kind: "none", page: "" })).toBe(undefined);
});

test("fillPanel() brings back followed layers that are still there", async () => {
  const it = panel([]);
  const followed = (id: string) => ({ id, name: id, weight: 0.5, start: 0, end: 1 });
  const text = JSON.stringify({
    ...recipe,
    references: [followed("1:2"), followed("gone")],
    controls: [{ ...followed("1:3"), keeps: "outlines", model: canny.id, drawn: true }],
  });
  await fillPanel(it, recipeOf(text), { lockSeed: false });
  const { references, controls, prompt, settings } = it.store.state;
  expect(references).toMatchObject([{ layer: { id: "1:2", name: "Now" }, blocks: "all" }]);
  expect(controls).toMatchObject([{ layer: { id: "1:3" }, keeps: "outlines", drawn: true }]);
  expect([prompt, settings.seed, settings.seedLocked]).toEqual(["a fox", 42, false]);
});
