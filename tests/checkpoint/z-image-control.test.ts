/** ControlNets of Z-Image as the files that people have: told apart by their tensors, and refused by name where they do not belong. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openControlNet } from "../../companion/checkpoint/parts/controlnet.ts";
import { openZImageControl } from "../../companion/checkpoint/z-image/control.ts";
import { openLibrary } from "../../companion/library/library.ts";
import type { ZImageConfig } from "../../companion/networks/configs.ts";
import { openWholeZImageControl } from "../../companion/opening/z-image-control.ts";
import { asBlocks, writeGguf } from "./gguf-sample.ts";
import { temporaryFolder, writeData } from "./sample.ts";
import { CONTROLS, tensorsOf } from "./z-image-control-sample.ts";
import { Z_IMAGE } from "./z-image-sample.ts";

const top = temporaryFolder();
const starter = path.join(__dirname, "../../starter/weights");
const parity = path.join(__dirname, "../fixtures/parity");
const base: ZImageConfig = {
  ...{ in_channels: 16, dim: 48, n_layers: 3, n_refiner_layers: 2, n_heads: 3, norm_eps: 1e-5, cap_feat_dim: 16 },
  ...{ rope_theta: 256, t_scale: 1000, axes_dims: [4, 6, 6] },
};

test.each([
  ["union", 16, null, [0, 1, 2]],
  ["union-2.0", 33, "control_layers", [0, 1, 2]],
  ["union-2.1", 33, "control_noise_refiner", [0, 1, 2]],
  ["v1", 16, null, [0, 2]],
  ["v2.1", 33, "control_noise_refiner", [0, 2]],
] as const)(
  "%s is known by its tensors, and its places by its layers or its config.json",
  (name, channels, adds, at) => {
    const { config } = openWholeZImageControl(CONTROLS[name], {}, base);
    expect(config).toMatchObject({
      control_in_dim: channels,
      add_control_noise_refiner: adds,
      control_layers_places: at,
    });
  },
);

test.each([
  [6, [0, 5, 10, 15, 20, 25]],
  [3, [0, 10, 20]],
  [15, Array.from({ length: 15 }, (_, i) => 2 * i)],
])("%i layers belong to the published transformer's where VideoX-Fun has them", (count, places) => {
  const own = tensorsOf(CONTROLS["union-2.1"]);
  const layer = Object.entries(own).filter(([key]) => key.startsWith("control_layers.1."));
  const more = Array.from({ length: count - 1 }, (_, i) =>
    layer.map(([key, value]) => [key.replace(".1.", `.${i + 1}.`), value] as const),
  ).flat();
  const rest = Object.entries(own).filter(([key]) => !/^control_layers\.[12]\./.test(key));
  const file = path.join(top, `layers-${count}.safetensors`);
  writeData(file, Object.fromEntries([...rest, ...more]), "F32");
  expect(openZImageControl(file).config.control_layers_places).toEqual(places);
});

test("a file of layers that fit no spacing asks for its config.json, and takes it", () => {
  const folder = path.join(top, "spaced");
  mkdirSync(folder);
  const file = path.join(folder, "spaced.safetensors");
  cpSync(CONTROLS.union, file);
  expect(() => openZImageControl(file, { base: { n_layers: 4 } })).toThrow("put its config.json beside it");
  const own = { _class_name: "ZImageControlNetModel", dim: 48, n_heads: 3, n_kv_heads: 3, control_in_dim: 16 };
  const write = (config: object) => writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  write({ ...own, control_layers_places: [0, 1, 3] });
  expect(openZImageControl(file, { base: { n_layers: 4 } }).config.control_layers_places).toEqual([0, 1, 3]);
  for (const wrong of [
    { control_layers_places: [1, 2, 3] },
    { control_layers_places: [0, 1, 1] },
    {},
    {
      control_layers_places: [0, 1, 3],
      control_refiner_layers_places: [2],
      add_control_noise_refiner: "control_layers",
    },
    { control_layers_places: [0, 1, 3], add_control_noise_refiner: "something" },
  ]) {
    write({ ...own, ...wrong });
    expect(() => openZImageControl(file)).toThrow(expect.objectContaining({ code: "config-invalid" }));
  }
});

test("what belongs elsewhere is refused by name", () => {
  const unet = path.join(parity, "control-models/net");
  expect(() => openZImageControl(unet)).toThrow("is a ControlNet, not a ControlNet for Z-Image");
  expect(() => openControlNet(CONTROLS.union)).toThrow(
    "is a ControlNet for Z-Image, not a ControlNet for a model like this",
  );
  expect(() => openZImageControl(path.join(Z_IMAGE, "transformer/diffusion_pytorch_model.safetensors"))).toThrow(
    "not a ControlNet for Z-Image",
  );
  const refused = (change: Partial<ZImageConfig>, name: keyof typeof CONTROLS = "v2.1") =>
    expect(() => openWholeZImageControl(CONTROLS[name], {}, { ...base, ...change }));
  refused({ dim: 3840 }).toThrow("is made for a width of 48, and this model has one of 3840");
  refused({ n_heads: 6 }).toThrow("made for 3 heads, and this model has 6");
  refused({ n_refiner_layers: 1 }).toThrow("made for 2 refining layers, and this model has 1");
  refused({ n_layers: 2 }).toThrow("made for at least 3 layers, and this model has 2");
  refused({ in_channels: 4 }).toThrow("made for 33 channels of a picture, and this model has 4 or 9");
});

test("what is missing, left over or of another shape is named", () => {
  const file = path.join(top, "broken.safetensors");
  const own = tensorsOf(CONTROLS["union-2.1"]);
  const { "control_layers.1.after_proj.bias": bias, ...rest } = own;
  writeData(file, rest, "F32");
  expect(() => openWholeZImageControl(file)).toThrow(expect.objectContaining({ code: "weights-missing" }));
  writeData(file, { ...own, "control_layers.1.before_proj.bias": bias! }, "F32");
  expect(() => openWholeZImageControl(file)).toThrow(expect.objectContaining({ code: "weights-leftover" }));
  writeData(file, { ...own, "layers.0.attention_norm1.weight": bias! }, "F32");
  expect(() => openWholeZImageControl(file)).toThrow(expect.objectContaining({ code: "weights-leftover" }));
  writeData(
    file,
    { ...rest, "control_layers.1.after_proj.bias": { shape: [47], data: bias!.data.subarray(4) } },
    "F32",
  );
  expect(() => openWholeZImageControl(file)).toThrow(expect.objectContaining({ code: "weights-shape" }));
});

test("the library lists all of them among the ControlNets, for Z-Image alone", async () => {
  const root = path.join(top, "library");
  mkdirSync(path.join(root, "controlnet/GGUF"), { recursive: true });
  for (const [name, place] of Object.entries(CONTROLS))
    cpSync(place, path.join(root, "controlnet", path.extname(place) ? `Z-Image-${name}.safetensors` : name), {
      recursive: true,
    });
  const blocks = Object.entries(tensorsOf(CONTROLS["union-2.1"])).map(([key, value]) => [key, asBlocks(value, "Q8_0")]);
  writeGguf(path.join(root, "controlnet/GGUF/union.gguf"), Object.fromEntries(blocks));
  cpSync(Z_IMAGE, path.join(root, "z-image-turbo"), { recursive: true });
  const { addOns, models, problems } = await openLibrary({ folders: [root], starter }).list();
  expect(problems).toEqual([]);
  expect(models.find(({ family }) => family.id === "z-image")).toMatchObject({ plain: true, controls: 1 });
  const found = addOns.filter(({ kind }) => kind === "control");
  expect(found).toHaveLength(Object.keys(CONTROLS).length + 1);
  const fills = found.filter((one) => one.fills).map(({ id }) => path.basename(id));
  expect(fills.sort()).toEqual(["Z-Image-union-2.0", "Z-Image-union-2.1", "diffusion_pytorch_model", "union.gguf"]);
  for (const one of found)
    expect(one).toMatchObject({
      controlKind: "union",
      families: [{ id: "z-image", name: "Z-Image" }],
      suggestedWeight: 0.75,
    });
});
