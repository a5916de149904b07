/** A ControlNet of Z-Image, for what has to know all of its layers, and whether it goes with a transformer. */
import { Problem } from "../../shared/problem.ts";
import type { CheckpointStore, OpenOptions } from "../checkpoint/files/safetensors.ts";
import { openZImageControl, type ZImageControlNet } from "../checkpoint/z-image/control.ts";
import { Graph } from "../graph/graph.ts";
import { Weights } from "../graph/weights.ts";
import type { ZImageConfig } from "../networks/configs.ts";
import { type ZImageControlBranch, zImageControlHints } from "../networks/z-image-control.ts";
import { checkNetworks } from "./check-networks.ts";
import type { Network } from "./network.ts";

/** Places and tokens. */
const SMALL = 32;
/** Numbers of the embedded time, at most. */
const TIME = 256;

/** As the transformer's graph takes it. */
export const branchOf = ({ config, weights }: ZImageControlNet): ZImageControlBranch => ({
  config,
  weights: new Weights(weights),
});

/** By itself, what the transformer gives it left open. */
export const zImageControlNetwork = ({ config, weights }: ZImageControlNet): Network<CheckpointStore> => ({
  weights,
  build: (w, options) => {
    const op = new Graph(options);
    const input = (name: string, dims: readonly number[]) => op.input(name, { type: "float32", dims });
    const rotationOf = (name: string, rows: number) => {
      const dims = [rows, config.dim / config.n_heads / 2];
      return {
        cos: op.input(`${name}.cos`, { type: op.float, dims }),
        sin: op.input(`${name}.sin`, { type: op.float, dims }),
      };
    };
    const hints = zImageControlHints(
      op,
      { config, weights: w },
      {
        time: op.input("time", { type: op.float, dims: [1, Math.min(config.dim, TIME)] }),
        rotation: { picture: rotationOf("picture", SMALL), both: rotationOf("both", 2 * SMALL) },
        embedded: input("embedded", [1, SMALL, config.dim]),
        refined: input("refined", [1, SMALL, config.dim]),
        text: input("text", [1, SMALL, config.dim]),
        padded: (x) => x,
        refine: (x, behind) =>
          Array.from({ length: config.n_refiner_layers }).reduce<typeof x>((value, _, i) => behind(i, value), x),
      },
    );
    for (const [place, hint] of hints) op.output(`hint.${place}`, hint);
    return op;
  },
});

/**
 * `base`: the transformer that it is to control; absent, it can be checked, and not run. Throws as `openZImageControl` and
 * `buildWhole`, and with a base Problem "adapter-mismatch".
 */
export function openWholeZImageControl(
  place: string,
  options: OpenOptions = {},
  base?: ZImageConfig,
): ZImageControlNet {
  // By its own tensors first: what it lacks is the truer cause than how it differs from the base.
  const net = openZImageControl(place, { ...options, ...(base && { base }) });
  checkNetworks([zImageControlNetwork(net)]);
  if (base) refuseOtherTransformer(net, base);
  return net;
}

function refuseOtherTransformer({ config, weights: { origin } }: ZImageControlNet, base: ZImageConfig): void {
  const refuse = (made: string, has: string): never => {
    throw new Problem(
      "adapter-mismatch",
      `The ControlNet "${origin}" is made for ${made}, and this model has ${has}: choose a ControlNet of the model's family.`,
    );
  };
  const { dim, n_heads: heads, n_refiner_layers: refiners, n_layers: layers, in_channels: channels } = base;
  if (config.dim !== dim) refuse(`a width of ${config.dim}`, `one of ${dim}`);
  if (config.n_heads !== heads) refuse(`${config.n_heads} heads`, `${heads}`);
  if (config.n_refiner_layers !== refiners) refuse(`${config.n_refiner_layers} refining layers`, `${refiners}`);
  const last = 1 + Math.max(...config.control_layers_places);
  if (last > layers) refuse(`at least ${last} layers`, `${layers}`);
  const takes = [channels, 2 * channels + 1];
  if (!takes.includes(config.control_in_dim))
    refuse(`${config.control_in_dim} channels of a picture`, `${takes.join(" or ")}`);
}
