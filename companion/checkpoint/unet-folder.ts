/** Stable Diffusion and its kin as a folder of diffusers. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import { parseUNetConfig } from "./config/unet-config.ts";
import type { FolderLayout } from "./folder.ts";
import { type FolderReader, keepNames } from "./folder-reader.ts";
import { openImageEncoder } from "./parts/image-encoder.ts";
import { openIpAdapter } from "./parts/ip-adapter.ts";
import { modelKind } from "./parts/model-kind.ts";
import type { TextEncoder, UNetModel } from "./parts/model-record.ts";

export const unetFolder: FolderLayout<UNetModel> = { opens: (reader) => reader.has("unet"), open: openUNetFolder };

async function openUNetFolder(reader: FolderReader): Promise<UNetModel> {
  const unet = reader.component("unet", parseUNetConfig, keepNames);
  const vae = reader.vae();
  const textEncoders = ["", "_2"].flatMap((suffix) =>
    reader.has(`text_encoder${suffix}`) ? [reader.text(suffix)] : [],
  );
  if (textEncoders.length === 0)
    throw new Problem("weights-missing", `"${reader.name}" has no text_encoder folder: download the model again.`);
  const lengths = textEncoders.map(({ tokenizer }) => tokenizer.maxLength);
  if (lengths.some((length) => length !== lengths[0]))
    throw new Problem(
      "config-invalid",
      `The tokenizers of "${reader.name}" cut prompts at different lengths (${lengths.join(" and ")}): download the model again.`,
    );
  const encoder = reader.folder("image_encoder");
  const adapter = adapterIn(reader);
  const imageEncoder = reader.has("image_encoder")
    ? await openImageEncoder(encoder, { ...reader.options, processor: reader.folder("feature_extractor") })
    : undefined;
  const ipAdapter = adapter && (await openIpAdapter(adapter, reader.options));
  const parts = [unet, vae, ...textEncoders.map(({ component }) => component), ...(imageEncoder ? [imageEncoder] : [])];
  const stores = [...parts.map(({ weights }) => weights), ...(ipAdapter ? [ipAdapter] : [])];
  const schedulerConfig = reader.scheduler();
  const settings = {
    forceZerosForEmptyPrompt:
      unet.config.addition_embed_type === "text_time" && reader.index.force_zeros_for_empty_prompt !== false,
    requiresAestheticsScore: reader.index.requires_aesthetics_score === true,
  };
  return {
    ...reader.identity(stores, [...parts.map(({ config }) => config), schedulerConfig]),
    family: familyOf(unet, textEncoders),
    kind: modelKind(
      { unet: unet.config, vae: vae.config, text: textEncoders.map(({ component }) => component.config), settings },
      reader.name,
    ),
    denoiser: { architecture: "unet", ...unet },
    vae,
    textEncoders,
    schedulerConfig,
    ...(imageEncoder && { imageEncoder }),
    ...(ipAdapter && { ipAdapter }),
    settings,
    nativeSize: unet.config.sample_size * 2 ** (vae.config.block_out_channels.length - 1),
  };
}

/** By what the UNet takes and what the text encoders are; every fine-tune keeps both. */
function familyOf(
  { config }: Pick<UNetModel["denoiser"], "config">,
  encoders: readonly TextEncoder[],
): UNetModel["family"] {
  if (config.addition_embed_type === "text_time") return encoders.length > 1 ? "sdxl" : "sdxl-refiner";
  return encoders[0]!.component.config.hidden_act === "gelu" ? "sd2" : "sd1";
}

/** The first adapter file in `ip_adapter/`. */
function adapterIn(reader: FolderReader): string | undefined {
  if (!existsSync(reader.folder("ip_adapter"))) return undefined;
  const files = readdirSync(reader.folder("ip_adapter")).filter((file) => file.endsWith(".safetensors"));
  return files.length > 0 ? path.join(reader.folder("ip_adapter"), files.sort()[0]!) : undefined;
}
