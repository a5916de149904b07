/**
 * Opens what lies at a path and looks whether it is whole, by its headers and configurations alone: keys, parts, number types
 * and shapes. The library's list and the pictures both open files by these, so that they say the same of each.
 */

import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import type { Component } from "../checkpoint/files/component.ts";
import type { OpenOptions } from "../checkpoint/files/safetensors.ts";
import { type LoraFile, openLora } from "../checkpoint/lora/lora-file.ts";
import { planLora } from "../checkpoint/lora/plan-lora.ts";
import { type AnyModel, type ImageEncoder, type Model, openModel } from "../checkpoint/model.ts";
import { type ContentFilter, openContentFilter } from "../checkpoint/parts/content-filter.ts";
import { type ControlNet, openControlNet } from "../checkpoint/parts/controlnet.ts";
import { type ImageEncoderOptions, openImageEncoder } from "../checkpoint/parts/image-encoder.ts";
import { type IpAdapter, openIpAdapter } from "../checkpoint/parts/ip-adapter.ts";
import { openMatting } from "../checkpoint/parts/matting.ts";
import { type MotionModule, openMotionModule } from "../checkpoint/parts/motion-module.ts";
import { opensAsT2IAdapter, openT2IAdapter, type T2IAdapter } from "../checkpoint/parts/t2i-adapter.ts";
import { openUpscaler } from "../checkpoint/parts/upscaler.ts";
import { openVae, type Vae, type VaeDefaults } from "../checkpoint/parts/vae.ts";
import type { SingleFileOptions } from "../checkpoint/single-file.ts";
import type { Dialect } from "../graph/dialect.ts";
import type { UNetConfig } from "../networks/configs.ts";
import type { BirefnetConfig } from "../networks/matting/birefnet.ts";
import type { Upscaler } from "../networks/upscalers/upscaler.ts";
import { ARCHITECTURES, type Architecture } from "./architectures.ts";
import {
  checkContentFilter,
  checkControlNet,
  checkIpAdapter,
  checkMatting,
  checkMotionModule,
  checkNetworks,
  checkT2IAdapter,
  checkUpscaler,
  checkVae,
} from "./check-networks.ts";
import { refuseForeignLora } from "./foreign-lora.ts";
import { imageEncoderNetwork } from "./unet-networks.ts";

export interface WholeModelOptions<M extends AnyModel> extends SingleFileOptions {
  /** Default: all. */
  readonly architectures?: readonly Architecture<M>[];
  /** Of the device that it is to run on. Default: the processor's. */
  readonly dialect?: Dialect;
}

/** Throws as `openModel` and `buildWhole`, and Problem "model-unsupported" for a model of none of the `architectures`. */
export async function openWholeModel<M extends AnyModel = Model>(
  place: string,
  {
    architectures = ARCHITECTURES as readonly Architecture[] as readonly Architecture<M>[],
    dialect,
    ...options
  }: WholeModelOptions<M> = {},
): Promise<M> {
  const layouts = architectures.map(({ layout }) => layout);
  const model = (await openModel(place, { ...options, layouts })) as M;
  const { architecture: drawn } = model.denoiser;
  const own = architectures.find(({ architecture }) => architecture === drawn);
  if (!own)
    throw new Problem(
      "model-unsupported",
      `"${path.basename(place)}" draws with a network of another kind (${drawn}): choose another model.`,
    );
  checkNetworks(own.networks(model), dialect);
  checkVae(model.vae, dialect);
  return model;
}

/** Throws as `openVae` and `buildWhole`. */
export function openWholeVae(place: string, defaults: VaeDefaults, options: OpenOptions = {}): Vae {
  const vae = openVae(place, defaults, options);
  checkVae(vae);
  return vae;
}

/** Throws as `openLora` and `planLora`. */
export function openWholeLora(...[file, options]: Parameters<typeof openLora>): LoraFile {
  const lora = openLora(file, options);
  refuseForeignLora(lora);
  planLora(lora);
  return lora;
}

/**
 * `base`: the UNet that it is to control; absent, it can be checked, and not run. Throws as `openControlNet`, `openT2IAdapter`
 * and `buildWhole`.
 */
export function openWholeControl(place: string, options: OpenOptions = {}, base?: UNetConfig): ControlNet | T2IAdapter {
  if (opensAsT2IAdapter(place, options)) {
    const adapter = openT2IAdapter(place, options);
    checkT2IAdapter(adapter);
    return adapter;
  }
  // By its own tensors first: what it lacks is the truer cause than how it differs from the base.
  const net = openControlNet(place, options);
  checkControlNet(net);
  return base ? openControlNet(place, { ...options, base }) : net;
}

/** Throws as `openMotionModule` and `buildWhole`. */
export function openWholeMotionModule(place: string, options: OpenOptions = {}): MotionModule {
  const motion = openMotionModule(place, options);
  checkMotionModule(motion);
  return motion;
}

/** Throws as `openIpAdapter` and `buildWhole`. */
export async function openWholeIpAdapter(file: string, options: OpenOptions = {}): Promise<IpAdapter> {
  const adapter = await openIpAdapter(file, options);
  checkIpAdapter(adapter);
  return adapter;
}

/** Throws as `openImageEncoder` and `buildWhole`. */
export async function openWholeImageEncoder(place: string, options: ImageEncoderOptions = {}): Promise<ImageEncoder> {
  const encoder = await openImageEncoder(place, options);
  checkNetworks([imageEncoderNetwork(encoder)]);
  return encoder;
}

/** Throws as `openUpscaler` and `buildWhole`. */
export function openWholeUpscaler(file: string, options: OpenOptions = {}): Component<Upscaler> {
  const upscaler = openUpscaler(file, options);
  checkUpscaler(upscaler);
  return upscaler;
}

/** Throws as `openMatting` and `buildWhole`. */
export function openWholeMatting(file: string, options: OpenOptions = {}): Component<BirefnetConfig> {
  const matting = openMatting(file, options);
  checkMatting(matting);
  return matting;
}

/** `model`: its folder; undefined where it brings none. Throws as `openContentFilter` and `buildWhole`. */
export function openWholeContentFilter(model: string, options: OpenOptions = {}): ContentFilter | undefined {
  const filter = openContentFilter(model, options);
  if (filter) checkContentFilter(filter);
  return filter;
}
