/** Control pictures: Zhang et al. 2023, "ControlNet"; Mou et al. 2023, "T2I-Adapter". */
import type { Size } from "../../../shared/geometry.ts";
import { Problem } from "../../../shared/problem.ts";
import type { Control } from "../../../shared/request.ts";
import { CONTROLNET_PREFIX, type ControlNet } from "../../checkpoint/parts/controlnet.ts";
import type { T2IAdapter } from "../../checkpoint/parts/t2i-adapter.ts";
import { tilingDialect } from "../../graph/dialect.ts";
import type { Weights } from "../../graph/weights.ts";
import { flatten, WHITE } from "../../image/composite.ts";
import { maskControlImage, toControlImage, toGrey } from "../../image/preprocess.ts";
import { preprocess } from "../../image/preprocessors/preprocess.ts";
import { featureDims } from "../../networks/blocks/unet-parts.ts";
import { controlHintGraph, residualCount } from "../../networks/controlnet.ts";
import { bodyOf, t2iAdapterGraph } from "../../networks/t2i-adapter.ts";
import { buildWhole } from "../../opening/build-whole.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { readImage } from "../picture/canvas.ts";
import { isActive } from "./active.ts";
import type { UNetJob } from "./unet-job.ts";

/** A ControlNet as the UNet's graph takes it. */
export interface ControlHint {
  readonly net: ControlNet;
  /** [1, C, h, w] */
  readonly hint: Tensor;
  /** How much of each residual is added on each branch of the guidance at evaluation `i` of `of`, [B, residuals]. */
  scalesAt(i: number, of: number): Tensor;
}

/** What all T2I-Adapters add together. */
export interface ControlFeatures {
  readonly dims: readonly (readonly number[])[];
  /** Of `dims`, at evaluation `i` of `of`. */
  at(i: number, of: number): Tensor[];
}

export interface Controls {
  readonly hints: readonly ControlHint[];
  readonly features?: ControlFeatures;
}

/**
 * The controls that have any weight, as far as they depend on their pictures alone. As in diffusers' pipelines, all ControlNets
 * guess where the first one keeps nothing but its residuals' means. Throws Problem "adapter-mismatch", ….
 */
export async function encodeControls(job: UNetJob): Promise<Controls> {
  const hints: ControlHint[] = [];
  let allGuess: boolean | undefined;
  const adapted: { control: Control; features: Tensor[] }[] = [];
  for (const control of job.request.controls) {
    if (control.weight === 0) continue;
    const opened = await job.studio.openControl(control.model, job.model);
    const image = await imageOf(control, job, channelsOf(opened));
    if (opened.kind === "controlnet") {
      allGuess ??= opened.config.global_pool_conditions;
      hints.push(await hintOf(allGuess ? { ...control, mode: "guess" } : control, opened, image, job));
    } else adapted.push({ control, features: await featuresOf(control, opened, image, job) });
  }
  return { hints, ...(adapted.length > 0 && { features: together(adapted) }) };
}

const channelsOf = (opened: ControlNet | T2IAdapter): number =>
  opened.kind === "controlnet" ? opened.config.conditioning_channels : opened.config.in_channels;

/** As the model sees it, [1, C, H, W]. What is to be grey is so before it is resized, as when diffusers is given a grey picture. */
async function imageOf(control: Control, { canvas, images }: UNetJob, channels: number): Promise<Tensor> {
  const { image, preprocessor } = control;
  const source = await readImage(images, image);
  if (preprocessor === "inpaint")
    return maskControlImage(toControlImage(flatten(canvas.see(source), WHITE), channels), canvas.mask!);
  const picture =
    preprocessor === undefined
      ? canvas.see(channels === 1 ? toGrey(source) : source)
      : preprocess(canvas.see(source), preprocessor);
  return toControlImage(picture, channels);
}

async function hintOf(control: Control, net: ControlNet, image: Tensor, job: UNetJob): Promise<ControlHint> {
  const { studio, guidance } = job;
  const { config } = net;
  const { dialect, mark } = tilingDialect(studio.device.dialect, job.request.tiling);
  const isOther = (key: string) => !key.startsWith(`${CONTROLNET_PREFIX}.controlnet_cond_embedding.`);
  const size = sizeOf(image);
  const draw = (w: Weights) => controlHintGraph({ config, weights: w.at(CONTROLNET_PREFIX) }, size, dialect);
  const name = `${net.fingerprint}/control-hint/${size.width}x${size.height}${mark}`;
  const { hint } = await studio.kept.of(name, [image], () =>
    studio.sessions.use(
      name,
      () => buildWhole(net, draw, isOther),
      (run) => run({ image }),
    ),
  );
  if (hint!.dims.slice(2).join() !== job.latent.dims(job.canvas.size).slice(2).join())
    throw new Problem(
      "adapter-mismatch",
      `The ControlNet "${net.origin}" makes ${hint!.dims[3]} × ${hint!.dims[2]} of the picture, and this model's latent has ${job.latent.dims(job.canvas.size)[3]} × ${job.latent.dims(job.canvas.size)[2]}: choose a ControlNet of the model's family.`,
    );
  const count = residualCount(config);
  const guesses = control.mode === "guess";
  const strengths = Array.from({ length: count }, (_, k) =>
    Math.fround(guesses && !config.global_pool_conditions ? Math.fround(10 ** (k / (count - 1) - 1)) : 1),
  );
  const rows = guidance.branches.map(({ prompt }) => (guesses && prompt === "negative" ? 0 : control.weight));
  const active = Float32Array.from(rows.flatMap((weight) => strengths.map((strength) => strength * weight)));
  const dims = [guidance.branches.length, count];
  return {
    net,
    hint: hint!,
    scalesAt: (i, of) => tensor(isActive(control, i, of) ? active : new Float32Array(active.length), dims),
  };
}

const sizeOf = ({ dims }: Tensor): Size => ({ height: dims[2]!, width: dims[3]! });

async function featuresOf(control: Control, adapter: T2IAdapter, image: Tensor, job: UNetJob): Promise<Tensor[]> {
  const { studio } = job;
  const { config, origin } = adapter;
  if (control.mode === "guess")
    throw new Problem(
      "request-invalid",
      `Cannot use the T2I-Adapter "${origin}" in guess mode: only ControlNets have it.`,
    );
  if (control.preprocessor === "inpaint")
    throw new Problem(
      "request-invalid",
      `Cannot use the T2I-Adapter "${origin}" with the preprocessor "inpaint": only ControlNets are trained to fill.`,
    );
  const { width, height } = sizeOf(image);
  const side = config.downscale_factor;
  if (width % side !== 0 || height % side !== 0)
    throw new Problem(
      "request-invalid",
      `Cannot draw ${width} × ${height} with the T2I-Adapter "${origin}": width and height must be multiples of ${side}.`,
    );
  const { dialect, mark } = tilingDialect(studio.device.dialect, job.request.tiling);
  const name = `${adapter.fingerprint}/t2i-adapter/${width}x${height}${mark}`;
  const outputs = await studio.kept.of(name, [image], () =>
    studio.sessions.use(
      name,
      () => buildWhole(adapter, (w) => t2iAdapterGraph(config, w, { height, width }, dialect)),
      (run) => run({ image }),
    ),
  );
  const features = bodyOf(config).map((_, i) => outputs[`feature.${i}`]!);
  return fitting(features, adapter, job);
}

/** The features that the UNet has a place for: one for each level, and one more for the mid block where it has its size. */
function fitting(features: readonly Tensor[], { origin }: T2IAdapter, { model, latent, canvas }: UNetJob): Tensor[] {
  const [, , height, width] = latent.dims(canvas.size);
  const expected = featureDims(model.denoiser.config, { height, width });
  const levels = expected.length - 1;
  const fits = features.map(({ dims }, i) => String(dims) === String(expected[i]));
  if (features.length <= levels + 1 && fits.slice(0, levels).every(Boolean)) return features.filter((_, i) => fits[i]);
  throw new Problem(
    "adapter-mismatch",
    `The T2I-Adapter "${origin}" gives ${features.map(({ dims }) => dims.slice(1).join("×")).join(", ")}, and this model takes ${expected.map((dims) => dims.slice(1).join("×")).join(", ")}: choose one of the model's family.`,
  );
}

/** The sum of all. Throws Problem "adapter-mismatch" where they do not have the same sizes. */
function together(
  all: readonly { readonly control: Control; readonly features: readonly Tensor[] }[],
): ControlFeatures {
  const dims = all[0]!.features.map((feature) => feature.dims);
  if (all.some(({ features }) => String(features.map((feature) => feature.dims)) !== String(dims)))
    throw new Problem("adapter-mismatch", "These T2I-Adapters cannot be used together: choose two of the same kind.");
  return {
    dims,
    at: (i, of) => {
      const active = all.filter(({ control }) => isActive(control, i, of));
      return dims.map((size, k) => {
        const sum = new Float32Array(all[0]!.features[k]!.data.length);
        for (const { control, features } of active)
          features[k]!.data.forEach((value, n) => {
            sum[n]! += Math.fround(value * control.weight);
          });
        return tensor(sum, size);
      });
    },
  };
}
