import type { ZImageControlConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/** Of the transformer, before its own refiner and layers are counted. */
const MOST = 256;

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/**
 * config.json of a ControlNet of Z-Image as a record, with the defaults of diffusers' ZImageControlNetModel
 * (models/controlnets/controlnet_z_image.py). Throws Problem "config-invalid" for everything that the record cannot say.
 */
export function parseZImageControlConfig(json: unknown, origin: string): ZImageControlConfig {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "ZImageControlNetModel", qk_norm: true });
  fields.onlyListed({ all_patch_size: 2, all_f_patch_size: 1 });
  const heads = fields.int("n_heads", 30);
  if (fields.int("n_kv_heads", 30) !== heads) fields.refuse("n_kv_heads", `${heads} (n_heads)`);
  const refiners = fields.int("n_refiner_layers", 2, { max: MOST });
  const limits = { min: 0, max: MOST - 1 };
  const places = fields.ints("control_layers_places", [], limits);
  const adds = fields.oneOfOrNull("add_control_noise_refiner", ["control_layers", "control_noise_refiner"]);
  const none = (fields.raw("control_refiner_layers_places") as readonly unknown[] | undefined)?.length === 0;
  const refined = none ? [] : fields.ints("control_refiner_layers_places", range(refiners), limits);
  const dim = fields.int("dim", 3840);
  if (dim % heads !== 0) fields.refuse("dim", `a multiple of ${heads} (n_heads)`);
  // The first block is the one that joins what is followed with what is drawn.
  if (places[0] !== 0 || new Set(places).size < places.length)
    fields.refuse("control_layers_places", "different numbers, the first of them 0");
  const given = adds === "control_layers" ? places.length : refiners;
  const fit = new Set(refined).size === refined.length && refined.length <= given && refined.every((i) => i < refiners);
  if (adds !== null && !fit)
    fields.refuse("control_refiner_layers_places", `at most ${given} different numbers below ${refiners}`);
  const config: ZImageControlConfig = {
    dim,
    n_refiner_layers: refiners,
    n_heads: heads,
    norm_eps: fields.positive("norm_eps", 1e-5),
    control_in_dim: fields.int("control_in_dim", 16),
    control_layers_places: places,
    control_refiner_layers_places: refined,
    add_control_noise_refiner: adds,
  };
  fields.refuseOthers();
  return config;
}
