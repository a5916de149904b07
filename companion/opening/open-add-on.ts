import type { OpenOptions, SafetensorsFile } from "../checkpoint/files/safetensors.ts";
import { textWidthOf } from "../checkpoint/lora/lora-file.ts";
import { planLora } from "../checkpoint/lora/plan-lora.ts";
import { openEmbedding } from "../checkpoint/parts/embedding.ts";
import { seesMask } from "../checkpoint/z-image/control.ts";
import type { ZImageConfig } from "../networks/configs.ts";
import { refuseOtherControl, refuseOtherLatents, refuseOtherLayers, refuseOtherTexts } from "./fit.ts";
import { measuredNetworks } from "./measured-networks.ts";
import type { Measures, TransformerId, TransformerMeasures } from "./measures.ts";
import { openWholeControl, openWholeLora, openWholeMotionModule, openWholeVae } from "./open-whole.ts";
import { familyOfTransformerLora } from "./transformer-families.ts";
import { openWholeZImageControl } from "./z-image-control.ts";

export type AddOnKind = "lora" | "embedding" | "controlnet" | "t2i-adapter" | "z-image-control" | "motion" | "vae";

/** An add-on that is whole. */
export type WholeAddOn = Described & (ForUNets | ForTransformers);

interface ForUNets {
  readonly own?: undefined;
  /** Throws Problem, as its use does, where it does not go with a model of these dimensions. */
  refuseOther(measures: Measures): void;
}

interface ForTransformers {
  /** The one family of transformers that it was made for. */
  readonly own: TransformerId;
  refuseOther(measures: TransformerMeasures): void;
}

interface Described {
  /** Of the texts that its cross-attentions read; undefined where it has none, or its file does not say. */
  readonly textWidth?: number;
  /** Text encoders that it has something for, where that tells what it was made for. */
  readonly texts?: number;
  /** Of a ControlNet: it is shown what is masked. */
  readonly fills?: boolean;
  /** Of a motion module: what it draws at most. */
  readonly frames?: number;
  /** Words that prompts call it by. */
  readonly tokens: readonly string[];
}

/** A file of a known kind, which may be opened already. Throws Problem, as its use does, where no model could use it. */
export function openAddOn(
  kind: AddOnKind,
  place: string,
  { opened, ...options }: OpenOptions & { readonly opened?: SafetensorsFile } = {},
): WholeAddOn {
  switch (kind) {
    case "lora": {
      const lora = openWholeLora(place, { ...options, ...(opened && { opened }) });
      const tokens = lora.embeddings.map(({ token }) => token);
      const own = familyOfTransformerLora(lora)?.id;
      if (own)
        return {
          own,
          refuseOther: (measures) => {
            planLora(lora, measuredNetworks(measures));
          },
          tokens,
        };
      return {
        refuseOther: (measures) => {
          planLora(lora, measuredNetworks(measures));
          for (const embedding of lora.embeddings) refuseOtherTexts(embedding, measures);
        },
        textWidth: textWidthOf(lora),
        tokens,
      };
    }
    case "embedding": {
      const embedding = openEmbedding(place, options);
      return {
        refuseOther: (measures) => refuseOtherTexts(embedding, measures),
        texts: embedding.tables.length,
        tokens: [embedding.token],
      };
    }
    case "controlnet":
    case "t2i-adapter": {
      const control = openWholeControl(place, options);
      const attends = control.kind === "controlnet" && [...control.keys()].some((key) => key.includes(".attn2."));
      return {
        refuseOther: (measures) => refuseOtherControl(control, measures),
        ...(attends && { textWidth: control.config.unet.cross_attention_dim[0]! }),
        tokens: [],
      };
    }
    case "z-image-control": {
      const control = openWholeZImageControl(place, options);
      return {
        own: "z-image",
        ...(seesMask(control) && { fills: true }),
        refuseOther: ({ config }) => {
          openWholeZImageControl(place, options, config as ZImageConfig);
        },
        tokens: [],
      };
    }
    case "motion": {
      const motion = openWholeMotionModule(place, options);
      return {
        refuseOther: (measures) => refuseOtherLayers(motion, measures),
        tokens: [],
        frames: motion.config.motion_max_seq_length,
      };
    }
    case "vae": {
      const open = (measures?: Measures) => openWholeVae(place, measures?.vae ?? ANY_SCALE, options);
      open();
      return { refuseOther: (measures) => refuseOtherLatents(open(measures), measures), tokens: [] };
    }
  }
}

/** How its latents are scaled shows with a model. */
const ANY_SCALE = { scaling_factor: 1, force_upcast: true };
