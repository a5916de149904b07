import { Problem } from "../../../shared/problem.ts";
import type { TinyVaeConfig } from "../../networks/configs.ts";
import { parseVaeConfig } from "../config/vae-config.ts";
import type { Refs } from "../files/component.ts";

/**
 * A tiny autoencoder's dimensions from its tensors. Latents are the published ones': not scaled. Throws Problem "config-invalid",
 * and "model-unsupported" for one that is wider where the picture is smaller.
 */
export function tinyVaeConfigFromShapes(refs: Refs, origin: string): TinyVaeConfig {
  const dims = (key: string) => refs.get(key)?.dims ?? [];
  const [encoder, decoder] = [blocksOf(refs, "encoder"), blocksOf(refs, "decoder")];
  const last = (half: string) => {
    const convolutions = [...refs.keys()].flatMap((key) => {
      const [, index] = new RegExp(`^${half}\\.layers\\.(\\d+)\\.weight$`).exec(key) ?? [];
      return index === undefined ? [] : [Number(index)];
    });
    return dims(`${half}.layers.${Math.max(...convolutions)}.weight`);
  };
  for (const half of ["encoder", "decoder"]) refuseOtherWidths(refs, half, origin);
  const config = {
    _class_name: "AutoencoderTiny",
    in_channels: dims("encoder.layers.0.weight")[1],
    out_channels: last("decoder")[0],
    latent_channels: dims("decoder.layers.0.weight")[1],
    encoder_block_out_channels: encoder.map(() => dims("encoder.layers.0.weight")[0]),
    decoder_block_out_channels: decoder.map(() => dims("decoder.layers.0.weight")[0]),
    num_encoder_blocks: encoder,
    num_decoder_blocks: decoder,
    use_midblock_gn: [...refs.keys()].some((key) => /^decoder\.layers\.\d+\.pool\./.test(key)),
  };
  return parseVaeConfig(config, origin) as TinyVaeConfig;
}

/** Sana's and Qwen-Image-2.1's are built otherwise (taesd.py, F32Decoder and F16Decoder). */
function refuseOtherWidths(refs: Refs, half: string, origin: string): void {
  const wide = refs.get(`${half}.layers.0.weight`)?.dims[0];
  const differs = [...refs].some(
    ([key, { dims }]) => key.startsWith(`${half}.layers.`) && key.endsWith(".conv.0.weight") && dims[0] !== wide,
  );
  if (differs)
    throw new Problem(
      "model-unsupported",
      `"${origin}" is a tiny autoencoder of another kind, whose levels differ in width: choose TAESD, TAEF1 or TAEF2.`,
    );
}

/** How many blocks lie between two plain convolutions. */
function blocksOf(refs: Refs, half: "encoder" | "decoder"): number[] {
  const counts: number[] = [];
  const layer = new RegExp(`^${half}\\.layers\\.(\\d+)\\.(weight|conv\\.0\\.weight)$`);
  const kinds = [...refs.keys()].flatMap((key) => {
    const [, index, kind] = layer.exec(key) ?? [];
    return index === undefined ? [] : [[Number(index), kind!] as const];
  });
  for (const [, kind] of kinds.sort(([a], [b]) => a - b)) {
    if (kind === "weight") counts.push(0);
    else if (counts.length > 0) counts[counts.length - 1]!++;
  }
  return counts.slice(0, -1);
}
