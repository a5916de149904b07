import type { Networks } from "../checkpoint/lora/plan-lora.ts";
import { DIALECTS } from "../graph/dialect.ts";
import { clipTextGraph } from "../networks/clip-text.ts";
import type { ClipTextConfig, UNetConfig } from "../networks/configs.ts";
import { unetGraph } from "../networks/unet.ts";
import { type AnyMeasures, isTransformer, type Measures } from "./measures.ts";
import { shapesOf } from "./network-shapes.ts";
import { remembered } from "./remembered-shapes.ts";
import { transformerFamily } from "./transformer-families.ts";

const { cpu: dialect } = DIALECTS;

const unetShapes = (config: UNetConfig) =>
  shapesOf((w) => unetGraph(config, w, { batch: 1, height: 16, width: 16, tokens: 1, timeIds: 5 }, { dialect }));
const textShapes = (config: ClipTextConfig) =>
  shapesOf((w) => clipTextGraph(config, w, { batch: 1, tokens: 1 }, { dialect }));

/** The networks of a model that is not there, for `planLora`. */
export const measuredNetworks = (measures: AnyMeasures): Networks =>
  isTransformer(measures)
    ? transformerFamily(measures.family).networks(measures.config, measures.clip)
    : unetAndTexts(measures);

const unetAndTexts = ({ unet, text }: Measures): Networks => ({
  find: (target) => {
    if (target === "unet") return remembered(unet, unetShapes);
    const config = text[target];
    return config && remembered(config, textShapes);
  },
});
