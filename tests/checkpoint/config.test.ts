import { parseClipTextConfig, parseClipVisionConfig } from "../../companion/checkpoint/config/clip-config.ts";
import { parseProcessorConfig } from "../../companion/checkpoint/config/processor-config.ts";
import { parseSchedulerConfig } from "../../companion/checkpoint/config/scheduler-config.ts";
import { parseUNetConfig } from "../../companion/checkpoint/config/unet-config.ts";
import { parseVaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { attempted } from "../attempted.ts";

describe("parseUNetConfig()", () => {
  test("fills in diffusers' defaults", () => {
    expect(parseUNetConfig({})).toEqual({
      in_channels: 4,
      out_channels: 4,
      block_out_channels: [320, 640, 1280, 1280],
      down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
      up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
      mid_block_type: "UNetMidBlock2DCrossAttn",
      layers_per_block: [2, 2, 2, 2],
      transformer_layers_per_block: Array(4).fill([1, 1]),
      reverse_transformer_layers_per_block: Array(4).fill([1, 1, 1]),
      num_attention_heads: [8, 8, 8, 8],
      cross_attention_dim: [1280, 1280, 1280, 1280],
      norm_num_groups: 32,
      norm_eps: 1e-5,
      act_fn: "silu",
      use_linear_projection: false,
      only_cross_attention: [false, false, false, false],
      flip_sin_to_cos: true,
      freq_shift: 0,
      downsample_padding: 1,
      mid_block_scale_factor: 1,
      resnet_time_scale_shift: "default",
      addition_embed_type: null,
      addition_embed_type_num_heads: 64,
      addition_time_embed_dim: null,
      projection_class_embeddings_input_dim: null,
      time_cond_proj_dim: null,
      center_input_sample: false,
      sample_size: 64,
    });
  });

  test("takes one number for all levels, or one for each", () => {
    const config = parseUNetConfig({
      attention_head_dim: [5, 10, 20, 20],
      layers_per_block: [1, 2, 2, 3],
      transformer_layers_per_block: [1, 2, 10, 10],
      cross_attention_dim: 768,
      only_cross_attention: [true, false, false, false],
      sample_size: [96, 96],
      act_fn: "swish",
    });
    expect(config.num_attention_heads).toEqual([5, 10, 20, 20]);
    expect(config.layers_per_block).toEqual([1, 2, 2, 3]);
    expect(config.transformer_layers_per_block).toEqual([[1], [2, 2], [10, 10], [10, 10, 10]]);
    expect(config.reverse_transformer_layers_per_block).toEqual([
      [10, 10, 10, 10],
      [10, 10, 10],
      [2, 2, 2],
      [1, 1],
    ]);
    expect(config.cross_attention_dim).toEqual([768, 768, 768, 768]);
    expect(config.only_cross_attention).toEqual([true, false, false, false]);
    expect(config.sample_size).toBe(96);
    expect(config.act_fn).toBe("silu");
  });

  test("takes numbers of transformers for each attention, as pruned models have them", () => {
    const config = parseUNetConfig({
      block_out_channels: [320, 640, 1280],
      down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
      up_block_types: ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
      transformer_layers_per_block: [1, [2, 2], [4, 4]],
      reverse_transformer_layers_per_block: [[4, 4, 10], [2, 1, 1], 1],
    });
    expect(config.transformer_layers_per_block).toEqual([
      [1, 1],
      [2, 2],
      [4, 4],
    ]);
    expect(config.reverse_transformer_layers_per_block).toEqual([
      [4, 4, 10],
      [2, 1, 1],
      [1, 1, 1],
    ]);
    expect(attempted(() => parseUNetConfig({ transformer_layers_per_block: [1, [2, 2], 4, 4] }))).toMatchObject({
      message:
        '"unet/config.json" has reverse_transformer_layers_per_block = null, but only a list of lists, as transformer_layers_per_block, is supported: choose another model.',
    });
  });

  test("tells an absent mid block type from null", () => {
    expect(parseUNetConfig({ mid_block_type: null }).mid_block_type).toBeNull();
    expect(parseUNetConfig({ mid_block_type: "UNetMidBlock2D" }).mid_block_type).toBe("UNetMidBlock2D");
  });

  test("passes over what does not change the result, and the writer's notes", () => {
    const harmless = {
      dropout: 0.1,
      upcast_attention: true,
      _name_or_path: "x",
      _diffusers_version: "9",
      future: null,
    };
    expect(parseUNetConfig(harmless)).toEqual(parseUNetConfig({}));
  });

  test.each([
    ["_class_name", "UNet3DConditionModel", '"UNet2DConditionModel"'],
    ["class_embed_type", "projection", "absent"],
    ["num_class_embeds", 1000, "absent"],
    ["num_attention_heads", 8, "absent"],
    ["encoder_hid_dim_type", "text_image_proj", "absent"],
    ["time_embedding_type", "fourier", '"positional"'],
    ["conv_in_kernel", 5, "3"],
    ["dual_cross_attention", true, "false"],
    ["cross_attention_norm", "layer_norm", "absent"],
    ["resnet_out_scale_factor", 0.7, "1"],
    ["addition_embed_type", "image", "one of text, text_time"],
    ["down_block_types", ["AttnDownBlock2D"], "a list of CrossAttnDownBlock2D, DownBlock2D"],
    ["down_block_types", ["DownBlock2D"], "a list of 4, one for each block,"],
    ["mid_block_type", "UNetMidBlock2DSimpleCrossAttn", "one of UNetMidBlock2DCrossAttn, UNetMidBlock2D"],
    ["transformer_layers_per_block", [1, 2, 1], "numbers from 0 to 128 for 2, 2, 2, 2 places"],
    ["reverse_transformer_layers_per_block", [[2, 1], 1, 1, 1], "numbers from 0 to 128 for 3, 3, 3, 3 places"],
    ["attention_head_dim", 7, "a divisor of 320 (block_out_channels)"],
    ["norm_num_groups", 33, "a divisor of 320 (block_out_channels)"],
    ["block_out_channels", [], "a list of whole numbers from 1 to 1048576"],
    ["block_out_channels", [1e12], "a list of whole numbers from 1 to 1048576"],
    ["layers_per_block", [2, 2], "one number, or 4 of them"],
    ["layers_per_block", 1000, "a whole number from 1 to 64"],
    ["sample_size", [64, 96], "square"],
    ["in_channels", "4", "a number"],
    ["flip_sin_to_cos", 1, "true or false"],
    ["act_fn", "relu", "one of silu, swish, gelu, mish"],
  ])("refuses %s = %j", (name, value, expected) => {
    expect(attempted(() => parseUNetConfig({ [name]: value }))).toMatchObject({
      code: "config-invalid",
      message: `"unet/config.json" has ${name} = ${JSON.stringify(value)}, but only ${expected} is supported: choose another model.`,
    });
  });

  test("refuses a field that it does not know", () => {
    expect(attempted(() => parseUNetConfig({ rope_scaling: "yarn" }, "x/unet/config.json"))).toMatchObject({
      code: "config-invalid",
      message:
        '"x/unet/config.json" sets "rope_scaling", which this version of Underpaint does not know: this model needs a newer version.',
    });
  });

  test("refuses what is not an object", () => {
    for (const json of [null, [], 7, "{}"])
      expect(attempted(() => parseUNetConfig(json)).message).toBe(
        '"unet/config.json" is not a JSON object: download the model again.',
      );
  });

  test("asks for the sizes that text_time needs", () => {
    const problem = attempted(() => parseUNetConfig({ addition_embed_type: "text_time" }));
    expect(problem.message).toContain("addition_time_embed_dim = null");
  });
});

describe("parseVaeConfig()", () => {
  const blocks = (count: number) => ({
    block_out_channels: Array(count).fill(64),
    down_block_types: Array(count).fill("DownEncoderBlock2D"),
    up_block_types: Array(count).fill("UpDecoderBlock2D"),
  });

  test("fills in diffusers' defaults", () => {
    expect(parseVaeConfig({})).toEqual({
      kind: "kl",
      in_channels: 3,
      out_channels: 3,
      latent_channels: 4,
      block_out_channels: [64],
      layers_per_block: 1,
      norm_num_groups: 32,
      mid_block_add_attention: true,
      use_quant_conv: true,
      use_post_quant_conv: true,
      scaling_factor: 0.18215,
      shift_factor: null,
      latents_mean: null,
      latents_std: null,
      force_upcast: true,
      sample_size: 32,
    });
  });

  test("reads what a folder says", () => {
    const json = { ...blocks(3), latents_mean: [0, 1, 2, 3], latents_std: [1, 1, 1, 1], shift_factor: 0.1 };
    expect(parseVaeConfig(json)).toMatchObject({ latents_mean: [0, 1, 2, 3], shift_factor: 0.1 });
  });

  test.each([
    [{ _class_name: "VQModel" }, "_class_name"],
    [{ _class_name: "AutoencoderTiny", act_fn: "gelu" }, "act_fn"],
    [{ _class_name: "AutoencoderTiny", decoder_block_out_channels: [8, 8, 8, 9] }, "decoder_block_out_channels"],
    [{ _class_name: "AutoencoderTiny", num_decoder_blocks: [1, 1] }, "num_decoder_blocks"],
    [{ ...blocks(2), up_block_types: ["UpDecoderBlock2D"] }, "up_block_types"],
    [{ ...blocks(2), down_block_types: ["AttnDownEncoderBlock2D", "DownEncoderBlock2D"] }, "down_block_types"],
    [{ latents_mean: [0, 1] }, "latents_mean"],
    [{ act_fn: "gelu" }, "act_fn"],
    [{ norm_num_groups: 48 }, "norm_num_groups"],
    [{ scaling_factor: 0 }, "scaling_factor"],
  ])("refuses %j", (json, name) => {
    expect(attempted(() => parseVaeConfig(json))).toMatchObject({
      code: "config-invalid",
      message: expect.stringContaining(`"vae/config.json" has ${name} = `),
    });
  });
});

describe("parseClipTextConfig()", () => {
  test("fills in transformers' defaults", () => {
    expect(parseClipTextConfig({})).toEqual({
      hidden_size: 512,
      intermediate_size: 2048,
      num_hidden_layers: 12,
      num_attention_heads: 8,
      max_position_embeddings: 77,
      vocab_size: 49408,
      hidden_act: "quick_gelu",
      layer_norm_eps: 1e-5,
      projection_dim: 512,
      with_projection: false,
      eos_token_id: 49407,
    });
  });

  test("goes by the pipeline's class, then by `architectures`, and ignores what is not its own", () => {
    const json = { architectures: ["CLIPTextModelWithProjection"], torch_dtype: "float16", id2label: {} };
    expect(parseClipTextConfig(json).with_projection).toBe(true);
    expect(parseClipTextConfig(json, { className: "CLIPTextModel" }).with_projection).toBe(false);
  });

  test("finds the text half of a whole CLIP", () => {
    const json = {
      model_type: "clip",
      architectures: ["CLIPModel"],
      text_config: { hidden_size: 64 },
      vision_config: {},
    };
    expect(parseClipTextConfig(json).hidden_size).toBe(64);
  });

  test.each([
    [{ hidden_act: "gelu_new" }, "hidden_act"],
    [{ model_type: "t5" }, "model_type"],
    [{ architectures: ["XLMRobertaModel"] }, "architectures"],
    [{ hidden_size: 60 }, "num_attention_heads"],
    [{ eos_token_id: [1, 2] }, "eos_token_id"],
  ])("refuses %j", (json, name) => {
    expect(attempted(() => parseClipTextConfig(json)).message).toContain(`"text_encoder/config.json" has ${name} = `);
  });
});

describe("parseClipVisionConfig()", () => {
  test("fills in transformers' defaults, and takes the projection of the whole CLIP", () => {
    expect(parseClipVisionConfig({ projection_dim: 768, vision_config: { image_size: [64, 64] } })).toEqual({
      hidden_size: 768,
      intermediate_size: 3072,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      image_size: 64,
      patch_size: 32,
      num_channels: 3,
      projection_dim: 768,
      hidden_act: "quick_gelu",
      layer_norm_eps: 1e-5,
    });
  });

  test("refuses an encoder without a projection, and patches larger than the picture", () => {
    expect(attempted(() => parseClipVisionConfig({ architectures: ["CLIPVisionModel"] })).code).toBe("config-invalid");
    expect(attempted(() => parseClipVisionConfig({ image_size: 16 })).message).toContain("patch_size = null");
  });
});

describe("parseProcessorConfig()", () => {
  test("gives CLIP's own numbers for the encoder's size", () => {
    expect(parseProcessorConfig({}, 64)).toEqual({
      shortest_edge: 64,
      crop_size: 64,
      image_mean: [0.48145466, 0.4578275, 0.40821073],
      image_std: [0.26862954, 0.26130258, 0.27577711],
      rescale_factor: 1 / 255,
      do_resize: true,
      do_center_crop: true,
      do_normalize: true,
    });
  });

  test("reads sizes in both spellings", () => {
    const old = parseProcessorConfig({ size: 96, crop_size: 80 });
    const now = parseProcessorConfig({ size: { shortest_edge: 96 }, crop_size: { height: 80, width: 80 } });
    expect(now).toEqual(old);
  });

  test.each([
    [{ size: { height: 2, width: 2 } }, "size"],
    [{ crop_size: { height: 2, width: 3 } }, "crop_size"],
    [{ resample: 2 }, "resample"],
    [{ do_rescale: false }, "do_rescale"],
    [{ image_mean: [0.5] }, "image_mean"],
    [{ image_std: [1, 0, 1] }, "image_std"],
  ])("refuses %j", (json, name) => {
    expect(attempted(() => parseProcessorConfig(json)).message).toContain(`has ${name} = `);
  });
});

test("parseSchedulerConfig() hands settings on and asks for a class", () => {
  const config = { _class_name: "DDIMScheduler", beta_end: 0.012 };
  expect(parseSchedulerConfig(config)).toEqual(config);
  for (const json of [{}, null, [], { _class_name: 7 }])
    expect(attempted(() => parseSchedulerConfig(json)).message).toBe(
      '"scheduler/scheduler_config.json" names no scheduler (_class_name): download the model again.',
    );
});
