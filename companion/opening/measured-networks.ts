import { otherNames } from "../checkpoint/flux2/names.ts";
import type { Networks } from "../checkpoint/lora/plan-lora.ts";
import { DIALECTS } from "../graph/dialect.ts";
import type { WeightStore } from "../graph/weights.ts";
import { clipTextGraph } from "../networks/clip-text.ts";
import type { ClipTextConfig, Flux2Config, UNetConfig } from "../networks/configs.ts";
import { flux2TransformerGraph } from "../networks/flux2-transformer.ts";
import { unetGraph } from "../networks/unet.ts";
import { type AnyMeasures, isFlux2, type Measures } from "./measures.ts";
import { shapesOf } from "./network-shapes.ts";

const { cpu: dialect } = DIALECTS;

const unetShapes = (config: UNetConfig) =>
  shapesOf((w) => unetGraph(config, w, { batch: 1, height: 16, width: 16, tokens: 1, timeIds: 5 }, { dialect }));
const textShapes = (config: ClipTextConfig) =>
  shapesOf((w) => clipTextGraph(config, w, { batch: 1, tokens: 1 }, { dialect }));
const flux2Shapes = (config: Flux2Config) =>
  shapesOf((w) => flux2TransformerGraph(config, w, { tokens: 1 }, { dialect }));

const known = new WeakMap<object, WeightStore>();

function remembered<C extends object>(config: C, make: (config: C) => WeightStore): WeightStore {
  const shapes = known.get(config) ?? make(config);
  known.set(config, shapes);
  return shapes;
}

/** The networks of a model that is not there, for `planLora`. */
export const measuredNetworks = (measures: AnyMeasures): Networks =>
  isFlux2(measures) ? transformer(measures.flux2) : unetAndTexts(measures);

const transformer = (config: Flux2Config): Networks => ({
  find: (target) => (target === "unet" ? remembered(config, flux2Shapes) : undefined),
  otherNames,
});

const unetAndTexts = ({ unet, text }: Measures): Networks => ({
  find: (target) => {
    if (target === "unet") return remembered(unet, unetShapes);
    const config = text[target];
    return config && remembered(config, textShapes);
  },
});
