/** What the companion has, as the plugin shows it: models and what works beside them, the device, downloads. */
import type { MemoryRungs } from "./memory-rungs.ts";
import type { ProblemData } from "./problem.ts";
import type { RoleSentences } from "./roles.ts";
import type { SeenAs } from "./seen-as.ts";

/** Models that share their shapes and what their inputs mean. Add-ons are made for one. */
export interface Family {
  /** What programs compare, e.g. "sd1". */
  readonly id: string;
  /** What people read, e.g. "Stable Diffusion 1.x". */
  readonly name: string;
}

/** A model's place in its family. */
export interface ModelFamily extends Family {
  /** True where its widths are other than the published models': what is made for the family need not fit. */
  readonly like: boolean;
  /** The id of the family whose pictures it is made to finish. */
  readonly refines?: string;
}

export interface ModelInfo {
  readonly id: string;
  readonly name: string;
  readonly family: ModelFamily;
  /** The size at which the model draws best, pixels. */
  readonly nativeSize: number;
  /** Sides at the model are multiples of it: the pixels of one latent place. */
  readonly sizeMultiple: number;
  /** Longest prompt in tokens, start and end token included. */
  readonly maxTokens: number;
  /** True for a UNet with the extra mask channels. */
  readonly inpainting: boolean;
  /** True where references (IP-Adapter, FLUX.1 Redux, or pictures that it sees itself) can be used with it. */
  readonly references: boolean;
  /**
   * FLUX.1 Redux, where that is what it follows references with: they count by their weight alone, not in one place, for some of the steps or
   * in some blocks. Its licence is its own.
   */
  readonly redux?: { readonly id: string; readonly name: string; readonly licence: string };
  /** True for instruct-pix2pix: it changes a picture as the prompt says, and can neither generate nor fill. */
  readonly edits: boolean;
  /**
   * True for FLUX.2 klein: it looks at pictures itself. Edit changes a picture as the prompt says, references are seen whole and
   * all the time, and the prompt is read as sentences, without weights of words.
   */
  readonly seesPictures?: boolean;
  /** True for Qwen-Image-Layered: it takes a picture apart into layers, and can do nothing else. */
  readonly splits?: boolean;
  /** How large such pictures are to it. Absent: as the picture that it draws. */
  readonly seenAs?: SeenAs;
  /** What it is told of the references that it sees, by their roles. */
  readonly roleSentences?: RoleSentences;
  /** True where no picture is made before the designer has said that the licence is known. */
  readonly asksFirst?: boolean;
  /** What it takes of the memory, by the places of its latent and of the pictures that it sees. Absent: not told. */
  readonly memory?: MemoryRungs;
  /**
   * True for a model of one own schedule that reads prompts as sentences, without weights of words: no schedulers to choose from, no
   * skipped layers, no control pictures unless `controls` says so, no pictures that repeat.
   */
  readonly plain?: boolean;
  /** How many pictures a plain model can follow at once, with ControlNets that are made for it. */
  readonly controls?: number;
  /**
   * True for FLUX.1 Canny and Depth: every picture of it follows another one, wholly and at every step. A request names the model itself as
   * its one control's.
   */
  readonly follows?: boolean;
  /** The guidance scale above which it is guided, where that is not 1. */
  readonly guidesAbove?: number;
  /** True where the guidance is an input of the network (LCM): the negative prompt is not used, whatever the scale. */
  readonly ignoresNegativePrompt?: boolean;
  /** What is recommended for it; `editGuidanceScale` in Edit, where that is another one. */
  readonly defaults: {
    readonly steps: number;
    readonly guidanceScale: number;
    readonly scheduler: string;
    readonly editGuidanceScale?: number;
  };
  /** One honest sentence about what it can do, for the starter model. */
  readonly note?: string;
  /** Licence in plain words, and where the training data came from, where the model's folder says so. */
  readonly licence?: string;
  readonly provenance?: readonly { readonly name: string; readonly licence: string }[];
  /** A single file's, hexadecimal, once it was computed. Its first ten digits are what recipes call AutoV2. */
  readonly sha256?: string;
  /** Prompts that are known to work well. */
  readonly suggestions: readonly string[];
  /** True where it draws hardly anything else. */
  readonly drawsOnlySuggestions?: boolean;
  /** Measured: the share of a picture that Edit changes at the strengths 0.1, 0.2 … 1. */
  readonly editChanges?: readonly number[];
  /** True where a picture of what it draws lies beside it: `thumbnail` asks for it. */
  readonly thumbnail: boolean;
}

/** Something that works beside a model, or by itself on a finished picture. */
export interface AddOnInfo {
  /** The library's id, as requests name it (`loras[].model`, `controls[].model`, `embeddings[].model`, `vae`, `upscaler`). */
  readonly id: string;
  readonly name: string;
  readonly kind: "lora" | "control" | "embedding" | "vae" | "motion" | "upscaler" | "matting";
  /** Those that it fits. Empty: it can't be told from the file, or it needs no model. */
  readonly families: readonly Family[];
  /** Words that call up what a LoRA has learnt; for an embedding its own token. From the file's metadata or its side-car. */
  readonly triggerWords: readonly string[];
  /** For kind "vae": true of a tiny autoencoder, which decodes at once and less finely. */
  readonly tiny?: boolean;
  /** For kind "control". "union": a ControlNet of a transformer, for pictures of several kinds. */
  readonly controlKind?: "controlnet" | "t2i-adapter" | "union";
  /** For kind "control": true where it is shown the mask and what lies around it, whatever else it follows. */
  readonly fills?: boolean;
  /** For kind "upscaler": what it is built like ("ESRGAN", "DAT"), and how many times as long it makes a side. */
  readonly upscaler?: { readonly architecture: string; readonly scale: number };
  /** For kind "motion": frames that it draws at most. */
  readonly motion?: { readonly frames: number };
  /** For kind "matting": what it is built like. */
  readonly matting?: { readonly architecture: string };
  /** The weight that its maker suggests, where a side-car says so. */
  readonly suggestedWeight?: number;
  readonly licence?: string;
  /** A single file's, hexadecimal, once it was computed. */
  readonly sha256?: string;
  /** True where `thumbnail` can be asked for. */
  readonly thumbnail: boolean;
}

/** A file in the models folder that can't be used, and why. */
export interface ModelProblem {
  readonly name: string;
  readonly problem: ProblemData;
}

/** A model or an add-on worth downloading. */
export interface RecommendedModel {
  /** "owner/name". */
  readonly repo: string;
  /** "reference": an IP-Adapter with its image encoder. */
  readonly kind: "model" | "reference" | "lora" | "control" | "vae" | "motion" | "upscaler" | "matting";
  readonly name: string;
  /** In words, e.g. "Stable Diffusion 1.x and XL". */
  readonly family: string;
  /** One sentence. */
  readonly goodFor: string;
  /** On disk. */
  readonly bytes: number;
  /** While it draws. */
  readonly memoryBytes: number;
  /** In plain words. */
  readonly licence: string;
  readonly commercialUse: "allowed" | "limited" | "forbidden";
  /** It is in the models folder. */
  readonly installed: boolean;
}

export interface DownloadInfo {
  readonly repo: string;
  readonly state: "running" | "failed";
  /** Bytes; `total` is 0 until it is known. */
  readonly done: number;
  readonly total: number;
  /** Where it failed. */
  readonly problem?: ProblemData;
}

export interface DeviceInfo {
  /** The provider in use. */
  readonly provider: "cuda" | "webgpu" | "dml" | "coreml" | "cpu";
  /** e.g. "WebGPU", "CPU (2 cores)". */
  readonly name: string;
  /** Providers that were tried before it and why they are not used. */
  readonly passedOver: readonly { readonly provider: string; readonly reason: string }[];
  /** Bytes that a model may take here. Absent: not known. */
  readonly memory?: number;
  /** How many times as fast a step in whole numbers is (`quantize: "int8"`). Absent: too little, or they are wrong here. */
  readonly timesFaster?: number;
}
