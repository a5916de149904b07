/** Between picture and latent. Kingma and Welling 2013, with the scaling of Rombach et al. 2022, appendix D.1. */
import type { Size } from "../../../shared/geometry.ts";
import { Problem } from "../../../shared/problem.ts";
import { fingerprintOf } from "../../checkpoint/files/component.ts";
import type { AnyModel } from "../../checkpoint/model.ts";
import { tilingDialect } from "../../graph/dialect.ts";
import type { Graph } from "../../graph/graph.ts";
import { Weights } from "../../graph/weights.ts";
import { decoderGraph, decoderStages, encoderGraph, encoderStages, hasPosterior } from "../../networks/autoencoder.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Studio } from "../studio/studio.ts";
import { finite } from "../weights/finite.ts";
import type { LatentSpace } from "./latent-space.ts";
import { type Phase, planStages, runPhases } from "./strips.ts";

export interface Autoencoder {
  /** Whether a picture has a distribution of latents, of which one is drawn. A tiny autoencoder gives the latent itself. */
  readonly hasPosterior: boolean;
  /** Of such a draw for a picture of `size`: [1, c, H, W], before anything is packed. */
  posteriorDims(size: Size): readonly number[];
  /**
   * sample [1, 3, height, width] in −1 … 1 → latent as it is denoised, [1, C, h, w]. The posterior is sampled, as diffusers'
   * pipelines for Stable Diffusion do everywhere: `noise` of `posteriorDims` is the draw; without it the posterior's mode is
   * taken. Source: diffusers, models/autoencoders/vae.py, DiagonalGaussianDistribution.
   */
  encode(sample: Tensor, noise: Tensor | undefined): Promise<Tensor>;
  /** sample → the posterior's mode as the autoencoder gives it, [1, c, H, W]: what a UNet sees that edits by instruction. */
  encodeMode(sample: Tensor): Promise<Tensor>;
  /** A latent as it is denoised → sample [1, 3, height, width], about −1 … 1. */
  decode(latent: Tensor): Promise<Tensor>;
  /** Bytes that decoding a picture of `size` takes. Throws Problem "out-of-memory" where it can't be. */
  needOf(size: Size): number;
  /** Throws Problem "out-of-memory" where a picture of `size` can't be decoded, or encoded if one is given. */
  refuseTooLarge(size: Size, picture: "given" | "none"): void;
}

export interface AutoencoderOptions {
  readonly model: Pick<AnyModel, "vae" | "fingerprint">;
  readonly studio: Pick<Studio, "sessions" | "kept" | "device">;
  readonly latent: LatentSpace;
  /** How much of the memory budget it takes. Default "usual": all of it. */
  readonly strips?: "usual" | "small";
  /** Whether its pictures repeat. Default false. */
  readonly tiling?: boolean;
}

type Half = "encoder" | "decoder";
/** How a half is run: whole where that fits into the memory budget, otherwise in strips. It can't be seen in the picture. */
type Plan =
  | { readonly whole: () => Graph; readonly need: number }
  | { readonly phases: Phase[]; readonly budget: number };

/** Of the memory budget, in the order in which they are tried. */
const BUDGET_SHARES = { usual: [1], small: [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1] } as const;

/** Each half is planned once for a size. */
export function openAutoencoder({
  model,
  studio,
  latent,
  strips = "usual",
  tiling = false,
}: AutoencoderOptions): Autoencoder {
  const { config, weights } = model.vae;
  const { sessions, device } = studio;
  const usual = latent.float === "float32" ? { ...device.dialect, float: latent.float } : device.dialect;
  const { dialect, mark } = tilingDialect(usual, tiling);
  const drawn = hasPosterior(config);
  // A model's autoencoder may be exchanged.
  const key = `${model.fingerprint}/${fingerprintOf([weights.fingerprint, JSON.stringify(config)])}${mark}`;
  const plans = new Map<string, Plan>();

  const planned = (half: Half, dims: readonly number[]): Plan => {
    const known = plans.get(`${half}/${dims}`);
    if (known) return known;
    const [batch, , height, width] = dims as [number, number, number, number];
    const [build, stages] = half === "encoder" ? [encoderGraph, encoderStages] : [decoderGraph, decoderStages];
    const whole = () => build(config, new Weights(weights), { batch, height, width }, dialect);
    const need = sessions.needOfKey(`${key}/vae-${half}/${dims}`, whole);
    const within = (budget: number): Plan => {
      if (need <= budget) return { whole, need };
      return { phases: planStages(stages(config, new Weights(weights)), dims, { budget, dialect }), budget };
    };
    const plan = leastOf(BUDGET_SHARES[strips], (share) => within(share * sessions.budget));
    plans.set(`${half}/${dims}`, plan);
    return plan;
  };

  const runHalf = async (half: Half, feeds: Record<string, Tensor>): Promise<Tensor> => {
    const [x] = Object.values(feeds) as [Tensor];
    const plan = planned(half, x.dims);
    const place = `${key}/vae-${half}`;
    if ("phases" in plan)
      return finite(await runPhases(plan.phases, x, { sessions, key: place, budget: plan.budget }), weights.origin);
    const results = await sessions.use(`${place}/${x.dims[3]}x${x.dims[2]}`, plan.whole, (run) => run(feeds));
    return finite(Object.values(results)[0]!, weights.origin);
  };

  /** Mean and logarithm of the variance, [1, 2c, H, W]; or, without a posterior, the latent. */
  const moments = (sample: Tensor) => studio.kept.of(`${key}/moments`, [sample], () => runHalf("encoder", { sample }));
  const encodeMode = async (sample: Tensor) => (drawn ? modeOf(await moments(sample)) : moments(sample));
  const posteriorDims = ({ width, height }: Size) => {
    const side = latent.factor / latent.patch;
    return [1, config.latent_channels, height / side, width / side] as const;
  };

  return {
    hasPosterior: drawn,
    posteriorDims,
    encodeMode,
    encode: async (sample, noise) =>
      latent.normalise(noise ? draw(await moments(sample), noise) : await encodeMode(sample)),
    decode: (x) => runHalf("decoder", { latent: latent.denormalise(x) }),
    needOf: (size) => {
      const plan = planned("decoder", posteriorDims(size));
      return "phases" in plan ? plan.budget : plan.need;
    },
    refuseTooLarge: (size, picture) => {
      planned("decoder", posteriorDims(size));
      if (picture === "given") planned("encoder", [1, config.in_channels, size.height, size.width]);
    },
  };
}

/** What `plan` makes of the first share that has room for it. Throws Problem "out-of-memory" where none has. */
function leastOf(shares: readonly number[], plan: (share: number) => Plan): Plan {
  const [share = 1, ...larger] = shares;
  try {
    return plan(share);
  } catch (error) {
    if (larger.length > 0 && error instanceof Problem && error.code === "out-of-memory") return leastOf(larger, plan);
    throw error;
  }
}

function draw(moments: Tensor, noise: Tensor): Tensor {
  const count = noise.data.length;
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const logVariance = Math.min(Math.max(moments.data[count + i]!, -30), 20);
    const deviation = Math.fround(Math.exp(Math.fround(0.5 * logVariance)));
    data[i] = moments.data[i]! + Math.fround(deviation * noise.data[i]!);
  }
  return tensor(data, noise.dims);
}

function modeOf({ data, dims }: Tensor): Tensor {
  const [, channels, height, width] = dims as [number, number, number, number];
  return tensor(data.slice(0, data.length / 2), [1, channels / 2, height, width]);
}
