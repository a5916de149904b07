/** References of FLUX.1: what Redux makes of them stands behind the prompt's words. */
import { imagesOfReference } from "../../../shared/image-refs.ts";
import { Problem } from "../../../shared/problem.ts";
import type { GenerateRequest, Reference } from "../../../shared/request.ts";
import type { Flux1Model } from "../../checkpoint/model.ts";
import type { Redux } from "../../checkpoint/parts/redux.ts";
import type { SiglipEncoder } from "../../checkpoint/parts/siglip.ts";
import { Weights } from "../../graph/weights.ts";
import { toSquarePixels } from "../../image/preprocess.ts";
import { reduxGraph } from "../../networks/redux.ts";
import { siglipVisionGraph } from "../../networks/siglip-vision.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { PreparedJob } from "../job.ts";
import { readImage } from "../picture/canvas.ts";
import type { Studio } from "../studio/studio.ts";
import { concatTokens, mean } from "../tensors.ts";

/** What stands behind a prompt stands there for the whole picture, and at every step. Throws Problem "request-invalid". */
export function refusePartialReferences({ references }: Pick<GenerateRequest, "references">): void {
  for (const { start, end, mask, blocks = "all" } of references) {
    const [why, which] =
      ((start !== 0 || end !== 1) && ["for some of the steps", "`start` and `end`"]) ||
      (mask !== undefined && ["in one place", "`mask`"]) ||
      (blocks !== "all" && ["in some blocks", "`blocks`"]) ||
      [];
    if (why === undefined) continue;
    throw new Problem("request-invalid", `FLUX.1 cannot follow a reference only ${why}: leave out its ${which}.`);
  }
}

/**
 * [1, words, D]; undefined where no reference has any weight. References are added up with their weights, place by place, as diffusers
 * does (pipeline_flux_prior_redux.py, prompt_embeds_scale); it weighs the prompt alike, which here stays as it is, so that nothing of
 * weight 0 is heard. Images that are followed together come one after the other instead (`Reference.combine`).
 */
export async function encodeRedux(job: PreparedJob<Flux1Model>): Promise<Tensor | undefined> {
  const added: Tensor[] = [];
  const apart: Tensor[] = [];
  for (const reference of job.request.references) {
    if (reference.weight === 0) continue;
    const seen = await wordsOf(reference, job);
    if (seen.length === 1 || reference.combine === "average") added.push(weighed(mean(seen), reference.weight));
    else apart.push(...seen.map((words) => weighed(words, reference.weight)));
  }
  const all = [...(added.length > 0 ? [sum(added)] : []), ...apart];
  return all.length > 0 ? concatTokens(all) : undefined;
}

/** Of each of a reference's images. */
async function wordsOf(reference: Reference, { model, studio, images }: PreparedJob<Flux1Model>): Promise<Tensor[]> {
  const parts = await studio.openRedux(model, reference);
  const words: Tensor[] = [];
  for (const name of imagesOfReference(reference)) {
    const pixels = toSquarePixels(await readImage(images, name), parts.encoder.pixels);
    words.push(await look(pixels, parts, studio));
  }
  return words;
}

function look(
  pixels: Tensor,
  { redux, encoder }: { readonly redux: Redux; readonly encoder: SiglipEncoder },
  { sessions, kept, device: { dialect } }: Studio,
): Promise<Tensor> {
  const name = `${encoder.weights.fingerprint}/siglip`;
  const key = `${redux.weights.fingerprint}/redux/${name}`;
  return kept.of(key, [pixels], async () => {
    const build = () => siglipVisionGraph(encoder.config, new Weights(encoder.weights), { dialect });
    const states = await sessions.use(name, build, async (run) => (await run({ pixel_values: pixels })).states!);
    const tokens = states.dims[1]!;
    const project = () => reduxGraph(redux.config, new Weights(redux.weights), { tokens }, { dialect });
    return sessions.use(`${key}/${tokens}`, project, async (run) => (await run({ states })).words!);
  });
}

const weighed = ({ data, dims }: Tensor, weight: number): Tensor => {
  const factor = Math.fround(weight);
  return tensor(
    data.map((value) => value * factor),
    dims,
  );
};

/** Throws Problem "adapter-mismatch" where they are not alike. */
function sum(all: readonly Tensor[]): Tensor {
  const [first] = all;
  if (all.some(({ dims }) => String(dims) !== String(first!.dims)))
    throw new Problem(
      "adapter-mismatch",
      "These references are looked at by image encoders of different kinds, and cannot be added up: use one for all of them.",
    );
  return tensor(
    first!.data.map((_, i) => all.reduce((total, { data }) => total + data[i]!, 0)),
    first!.dims,
  );
}
