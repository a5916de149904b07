import type { Networks } from "../checkpoint/lora/plan-lora.ts";
import { DIALECTS } from "../graph/dialect.ts";
import type { WeightStore } from "../graph/weights.ts";
import { clipTextGraph } from "../networks/clip-text.ts";
import type { ClipTextConfig, UNetConfig } from "../networks/configs.ts";
import { unetGraph } from "../networks/unet.ts";
import type { Measures } from "./measures.ts";
import { shapesOf } from "./network-shapes.ts";

const { cpu: dialect } = DIALECTS;

const unetShapes = (config: UNetConfig) =>
  shapesOf((w) => unetGraph(config, w, { batch: 1, height: 16, width: 16, tokens: 1, timeIds: 5 }, { dialect }));
const textShapes = (config: ClipTextConfig) =>
  shapesOf((w) => clipTextGraph(config, w, { batch: 1, tokens: 1 }, { dialect }));

const known = new WeakMap<object, WeightStore>();

function remembered<C extends object>(config: C, make: (config: C) => WeightStore): WeightStore {
  const shapes = known.get(config) ?? make(config);
  known.set(config, shapes);
  return shapes;
}

/** The networks of a model that is not there, for `planLora`. */
export const measuredNetworks = ({ unet, text }: Measures): Networks => ({
  find: (target) => {
    if (target === "unet") return remembered(unet, unetShapes);
    const config = text[target];
    return config && remembered(config, textShapes);
  },
});
