/** Where pictures are made: the device, the models that are open on it, and their sessions. One job at a time. */
import type { Reference } from "../../../shared/request.ts";
import type { Component } from "../../checkpoint/files/component.ts";
import type { TinyVaeId } from "../../checkpoint/identify/tiny-vae.ts";
import type { LoraPlan, Networks } from "../../checkpoint/lora/plan-lora.ts";
import type { AnyModel, Flux1Model, ImageEncoder, Model, UNetModel, ZImageModel } from "../../checkpoint/model.ts";
import type { ContentFilter } from "../../checkpoint/parts/content-filter.ts";
import type { ControlNet } from "../../checkpoint/parts/controlnet.ts";
import type { Embedding } from "../../checkpoint/parts/embedding.ts";
import type { IpAdapter } from "../../checkpoint/parts/ip-adapter.ts";
import type { MotionModule } from "../../checkpoint/parts/motion-module.ts";
import type { Redux } from "../../checkpoint/parts/redux.ts";
import type { SiglipEncoder } from "../../checkpoint/parts/siglip.ts";
import type { T2IAdapter } from "../../checkpoint/parts/t2i-adapter.ts";
import type { ZImageControlNet } from "../../checkpoint/z-image/control.ts";
import type { Use } from "../../library/used-models.ts";
import type { BirefnetConfig } from "../../networks/matting/birefnet.ts";
import type { Upscaler } from "../../networks/upscalers/upscaler.ts";
import type { Architecture } from "../../opening/architectures.ts";
import type { Device } from "../../runtime/device.ts";
import type { LoraMemory } from "../weights/lora-slots.ts";
import type { KeptResults } from "./kept-results.ts";
import type { KeptStates } from "./kept-states.ts";
import type { Sessions } from "./sessions.ts";

/** Where names lead: the library. */
export interface Places {
  /** The only folders that may be read for a model that was named by its id. */
  readonly roots?: readonly string[];
  /** The add-ons of a kind in the library, by the names that prompts use. */
  adapters?(kind: AdapterKind): Promise<readonly NamedAdapter[]>;
  /** An IP-Adapter, or FLUX.1 Redux, and an image encoder of the library that fit a model. */
  references?(model: Model): Promise<{ readonly adapter: string; readonly imageEncoder: string } | undefined>;
  /** The file of a tiny autoencoder in the library, as far as it is known yet. */
  tinyVae?(id: TinyVaeId): Promise<string | undefined>;
  /** The path behind a name. Throws Problem "model-not-found", "file-outside-models". */
  resolve(name: string, options: { readonly allowPaths: boolean }): string;
}

export type AdapterKind = "lora" | "embedding";

export interface NamedAdapter {
  readonly id: string;
  readonly name: string;
  /** Ids of the families that it fits; empty where the file does not say. */
  readonly families: readonly string[];
}

/** What has to be known of a family to open its models. */
export interface ModelFamily<M extends AnyModel = AnyModel> extends Architecture<M> {
  /** The family as people call it. */
  nameOf(model: M): string;
  /** Those that a LoRA can change. Absent: these models take none. */
  loraNetworks?(model: M): Networks;
}

export interface StudioOptions<F extends ModelFamily = ModelFamily> {
  readonly families: readonly F[];
  readonly device: Device;
  readonly library: Places;
  /** Bytes that open sessions may need together, with the weights that they map. Default: see `memoryBounds`. */
  readonly memoryBudget?: number;
  /** Bytes that no network may exceed: one that would gets weights of fewer bits, and the result says so. Absent: none. */
  readonly memoryLimit?: number;
  /** Where weights of few bits are kept for the next time. Absent: in a temporary folder, until the studio closes. */
  readonly narrowFolder?: string;
  /** Where prompts are kept as text encoders gave them. Absent: in memory alone. */
  readonly statesFolder?: string;
  /** "on-request": a request says whether its picture passes the model's content filter. "enforced": every picture does. */
  readonly contentFilter?: "on-request" | "enforced";
  /** "ids": models are what the library lists (requests from the plugin). "paths": also paths (the command line). */
  readonly names?: "ids" | "paths";
  /** Told of everything that is opened for a picture, each time. */
  readonly onUse?: (use: Use) => void;
}

export interface Studio<F extends ModelFamily = ModelFamily> {
  readonly device: Device;
  readonly sessions: Sessions;
  /** What conditioning came to, for the next picture that asks for the same. */
  readonly kept: KeptResults;
  /** The same of prompts, beyond this process. */
  readonly keptStates: KeptStates;
  readonly memoryLimit?: number;
  readonly contentFilter: "on-request" | "enforced";
  /** The one whose architecture the model has. */
  familyOf(model: AnyModel): F;
  /** `vae`: of the autoencoder for a model that has none. Throws Problem "model-not-found", "model-unsupported", "weights-…", "file-…". */
  openModel(name: string, vae?: string): Promise<AnyModel>;
  /** The model with another autoencoder. Throws Problem as `openModel`, and "adapter-mismatch" where its latents are others. */
  exchangeVae<M extends AnyModel>(model: M, name: string): M;
  /**
   * The model with the library's tiny autoencoder for its latents, which previews are made with; undefined where there is none.
   * Throws Problem as `exchangeVae`.
   */
  openTinyVae<M extends AnyModel>(model: M): Promise<M | undefined>;
  /** The one that the model ships. Throws Problem "config-invalid", "weights-…", "file-…". */
  openContentFilter(model: AnyModel): ContentFilter | undefined;
  /** What a LoRA makes of this model. Throws Problem "model-not-found", "adapter-mismatch", "weights-leftover". */
  openLora(name: string, model: AnyModel): Promise<LoraPlan>;
  /** Throws Problem "model-not-found", "model-unsupported". */
  openEmbedding(name: string): Promise<Embedding>;
  /** What the library has: of several of one name, those for the model's family come first, and those for others last. */
  adapters(kind: AdapterKind, model: AnyModel): Promise<readonly NamedAdapter[]>;
  /** The reference's IP-Adapter, or else the model's own. Throws Problem "model-not-found", "model-unsupported". */
  openAdapter(model: UNetModel, reference: Pick<Reference, "adapter">): Promise<IpAdapter>;
  /** The reference's Redux and SigLIP, or else the library's. Throws Problem "model-not-found", "adapter-mismatch". */
  openRedux(
    model: Flux1Model,
    reference: Pick<Reference, "adapter" | "imageEncoder">,
  ): Promise<{ readonly redux: Redux; readonly encoder: SiglipEncoder }>;
  /** A ControlNet or T2I-Adapter. Throws Problem "model-not-found", "model-unsupported", "weights-leftover". */
  openControl(name: string, model: AnyModel): Promise<ControlNet | T2IAdapter>;
  /** A ControlNet of Z-Image. Throws Problem as `openControl`, and "adapter-mismatch". */
  openUnion(name: string, model: ZImageModel): ZImageControlNet;
  /** Throws Problem "model-not-found", "model-unsupported", "weights-…", "config-invalid". */
  openMotionModule(name: string): MotionModule;
  /** The reference's image encoder, or else the one beside its adapter, or else the model's own. */
  openImageEncoder(
    model: UNetModel,
    reference: Pick<Reference, "adapter" | "imageEncoder">,
    adapter: IpAdapter,
  ): Promise<ImageEncoder>;
  /**
   * By which likeness is judged: the model's own image encoder, else one of the library that fits it, else the starter's. Throws
   * Problem as `openModel`.
   */
  openJudge(model: string): Promise<ImageEncoder>;
  /** Throws Problem "model-not-found", "model-unsupported", "config-invalid". */
  openUpscaler(name: string): Component<Upscaler>;
  /** Throws Problem as `openUpscaler`. */
  openMatting(name: string): Component<BirefnetConfig>;
  /** What LoRAs keep between pictures. */
  readonly loraMemory: LoraMemory;
  /** What `make` gave the first time it was asked for `key`. */
  remember<T>(key: string, make: () => Promise<T>): Promise<T>;
  /** Where weights of few bits are kept. Throws Problem "disk-full". */
  narrowFolder(): string;
  /** Closes every session. */
  close(): Promise<void>;
}
