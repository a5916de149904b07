/** The method, on one page: from a request to a PNG. Same request, same weights, same bytes. */
import type { GenerateRequest } from "../../shared/request.ts";
import { parseRequest } from "../../shared/validate.ts";
import { encodePng } from "../image/encode.ts";
import { toPixels, toUnitRange } from "../image/preprocess.ts";
import { denoise } from "./denoiser/denoise.ts";
import type { GenerateResult, PipelineEvent, Trace } from "./events.ts";
import type { Family } from "./job.ts";
import { latentPreview } from "./latent/latent-preview.ts";
import type { Images } from "./picture/canvas.ts";
import { passContentFilter } from "./picture/content-filter.ts";
import { prepareJob } from "./prepare.ts";
import type { Studio } from "./studio/studio.ts";

/**
 * Yields what happens, returns the picture. To cancel, stop iterating: everything is given back on the way out. `trace` is
 * filled where it is given. Throws Problem.
 */
export async function* generate(
  request: GenerateRequest,
  images: Images,
  studio: Studio<Family>,
  { trace = new Map() }: { readonly trace?: Trace } = {},
): AsyncGenerator<PipelineEvent, GenerateResult> {
  yield { type: "stage", stage: "loading" };
  const job = await prepareJob(parseRequest(request), images, studio);

  yield { type: "stage", stage: "encoding" };
  const conditions = await job.family.encode(job, trace);
  const refiner = job.refining && {
    job: job.refining,
    conditions: await job.refining.family.encode(job.refining, new Map()),
  };
  const first = await job.family.firstLatent(job, trace);
  // A preview would show what the filter may withhold.
  const preview = job.contentFilter ? undefined : await latentPreview(job);

  yield { type: "stage", stage: "denoising" };
  const begun = yield* denoise(job, { conditions, first, preview, trace, done: 0 });
  const latent = refiner
    ? yield* denoise(refiner.job, {
        ...{ conditions: refiner.conditions, first: { latent: begun, noise: first.noise } },
        ...{ preview, trace, done: job.plan.timesteps.length },
      })
    : begun;

  yield { type: "stage", stage: "decoding" };
  const image = toUnitRange(await (job.refining ?? job).autoencoder.decode(latent));
  trace.set("image", image);
  const made = toPixels(image);
  if (job.contentFilter) await passContentFilter(made, job.contentFilter, studio);
  const result = job.canvas.finish(made);
  const { tokens, dropped, chunks } = conditions.prompt;
  const { width, height } = result;
  return {
    png: await encodePng(result),
    width,
    height,
    tokens,
    chunks,
    ...(dropped && { droppedText: dropped }),
    ...(job.weightBits && { weightBits: job.weightBits }),
  };
}
