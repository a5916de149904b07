/**
 * Every network built once, small and without opening it: what a file lacks, has in another shape or number type, or has too
 * much, is known before anything runs. Takes milliseconds, reads no weight, and goes as `buildWhole`.
 */

import type { Component } from "../checkpoint/files/component.ts";
import type { AnyModel } from "../checkpoint/model.ts";
import type { ContentFilter } from "../checkpoint/parts/content-filter.ts";
import { CONTROLNET_PREFIX, type ControlNet } from "../checkpoint/parts/controlnet.ts";
import type { IpAdapter } from "../checkpoint/parts/ip-adapter.ts";
import type { MotionModule } from "../checkpoint/parts/motion-module.ts";
import type { T2IAdapter } from "../checkpoint/parts/t2i-adapter.ts";
import { DIALECTS, type Dialect } from "../graph/dialect.ts";
import { Graph } from "../graph/graph.ts";
import { plannedCodes } from "../graph/repack.ts";
import { decoderGraph, encoderGraph } from "../networks/autoencoder.ts";
import { sharedInputs } from "../networks/blocks/time-embedding.ts";
import { contentFilterGraph } from "../networks/content-filter.ts";
import { controlHintGraph, controlResiduals } from "../networks/controlnet.ts";
import { imageProjectionGraph } from "../networks/ip-adapter.ts";
import type { BirefnetConfig } from "../networks/matting/birefnet.ts";
import { mattingGraph } from "../networks/matting/matting.ts";
import { motionPartsGraph } from "../networks/motion.ts";
import { t2iAdapterGraph } from "../networks/t2i-adapter.ts";
import { type Upscaler, upscalerGraph } from "../networks/upscalers/upscaler.ts";
import { buildWhole } from "./build-whole.ts";
import type { Network } from "./network.ts";

/** Every device asks for the same tensors. */
const dialect: Dialect = DIALECTS.cpu;
const SMALL = { batch: 1, height: 16, width: 16 };

export function checkNetworks(networks: readonly Network[], on = dialect): void {
  for (const { weights, build } of networks)
    buildWhole(weights, (w) => build(w, { dialect: on, quantizer: plannedCodes }));
}

export function checkVae({ config, weights }: AnyModel["vae"], on = dialect): void {
  buildWhole(weights, (w) => {
    encoderGraph(config, w, { batch: 1, height: 64, width: 64 }, on);
    decoderGraph(config, w, SMALL, on);
  });
}

export function checkContentFilter({ config, weights }: ContentFilter): void {
  buildWhole(weights, (w) => contentFilterGraph(config, w, { batch: 1 }, dialect));
}

export function checkControlNet(net: ControlNet): void {
  const { config } = net;
  buildWhole(net, (w) => {
    const branch = { config, weights: w.at(CONTROLNET_PREFIX) };
    controlHintGraph(branch, { height: 64, width: 64 }, dialect);
    const op = new Graph({ dialect });
    const input = sharedInputs(op);
    const sample = input("sample", [1, config.unet.in_channels, 16, 16]);
    const context = input("encoder_hidden_states", [1, 1, config.unet.cross_attention_dim[0]!]);
    controlResiduals(op, branch, 0, { sample, context, batch: 1, timeIds: 5, input });
  });
}

export function checkT2IAdapter(adapter: T2IAdapter): void {
  const side = 8 * adapter.config.downscale_factor;
  buildWhole(adapter, (w) => t2iAdapterGraph(adapter.config, w, { height: side, width: side }, dialect));
}

export function checkMotionModule(motion: MotionModule): void {
  buildWhole(motion, (w) => motionPartsGraph(motion.config, w, dialect));
}

export function checkUpscaler({ config, weights }: Component<Upscaler>): void {
  buildWhole(weights, (w) => upscalerGraph(config, w, { height: 16, width: 16 }, dialect));
}

export function checkMatting({ config, weights }: Component<BirefnetConfig>): void {
  buildWhole(weights, (w) => mattingGraph(config, w, { height: 64, width: 64 }, dialect));
}

/** Its layers as wide as the file has them: how wide they must be shows with a model. */
export function checkIpAdapter(adapter: IpAdapter): void {
  buildWhole(adapter, (w) => {
    imageProjectionGraph(w, { batch: 1, states: 2 }, dialect);
    adapter.widths.forEach((width, i) => {
      const layer = w.at("ip_adapter").at(2 * i + 1);
      for (const name of ["to_k_ip.weight", "to_v_ip.weight"]) layer.get(name, [width, adapter.crossAttentionDim]);
    });
  });
}
