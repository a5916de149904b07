import type { ZImageConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/**
 * transformer/config.json of Z-Image as a record, with the defaults of diffusers' ZImageTransformer2DModel
 * (models/transformers/transformer_z_image.py). Throws Problem "config-invalid" for everything that the record cannot say.
 */
export function parseZImageConfig(json: unknown, origin = "transformer/config.json"): ZImageConfig {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "ZImageTransformer2DModel", qk_norm: true });
  fields.onlyListed({ all_patch_size: 2, all_f_patch_size: 1 });
  // Pictures to look at need another transformer.
  if (fields.has("siglip_feat_dim")) fields.refuse("siglip_feat_dim", "null");
  const heads = fields.int("n_heads", 30);
  if (fields.int("n_kv_heads", 30) !== heads) fields.refuse("n_kv_heads", `${heads} (n_heads)`);
  const config: ZImageConfig = {
    in_channels: fields.int("in_channels", 16),
    dim: fields.int("dim", 3840),
    n_layers: fields.int("n_layers", 30, { max: 256 }),
    n_refiner_layers: fields.int("n_refiner_layers", 2, { max: 256 }),
    n_heads: heads,
    norm_eps: fields.positive("norm_eps", 1e-5),
    cap_feat_dim: fields.int("cap_feat_dim", 2560),
    rope_theta: fields.positive("rope_theta", 256),
    t_scale: fields.positive("t_scale", 1000),
    axes_dims: fields.ints("axes_dims", [32, 48, 48]),
  };
  const { dim, axes_dims: axes } = config;
  if (dim % heads !== 0) fields.refuse("dim", `a multiple of ${heads} (n_heads)`);
  const size = dim / heads;
  if (axes.length !== 3 || axes.some((axis) => axis % 2 !== 0) || axes.reduce((a, b) => a + b) !== size)
    fields.refuse("axes_dims", `3 even numbers that make ${size} together (dim / n_heads)`);
  // For how many places a table is made: a request's sides lie far below.
  fields.ignore("axes_lens");
  fields.refuseOthers();
  return config;
}
