/** Whether a picture can be made with a file, and what is said where it cannot. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { enlargePicture } from "../../../companion/pipeline/enlarge/enlarge-picture.ts";
import { mattePicture } from "../../../companion/pipeline/matte/matte-picture.ts";
import type { PipelineStudio } from "../../../companion/pipeline/open-studio.ts";
import { Problem, type ProblemData } from "../../../shared/problem.ts";
import type { SchedulerChoice } from "../../../shared/request.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { paint } from "../../pipeline/studio-for-tests.ts";

export type Kind =
  | "lora"
  | "embedding"
  | "vae"
  | "control"
  | "ip-adapter"
  | "image-encoder"
  | "model"
  | "filter"
  | "upscaler"
  | "matting";

const picture = new Uint8Array(
  readFileSync(path.join(__dirname, "../../fixtures/parity/control-cases/control-one/control-0.png")),
);

export interface Wish {
  readonly kind: Kind;
  readonly id: string;
  /** What the list recommends for a model, as the plugin asks for it. */
  readonly scheduler?: SchedulerChoice | undefined;
}

/** Uses the file in a picture. */
async function draw(studio: PipelineStudio, wish: Wish, base: string): Promise<void> {
  if (wish.kind === "upscaler") {
    const request = { image: "image", factor: 2, upscaler: wish.id };
    for await (const _ of enlargePicture(request, new Map([["image", picture]]), studio));
    return;
  }
  if (wish.kind === "matting") {
    const request = { image: "image", model: wish.id, side: 64 };
    for await (const _ of mattePicture(request, new Map([["image", picture]]), studio));
    return;
  }
  const request = requestFor({ ...wish, kind: wish.kind }, base);
  const model = await studio.openModel(base);
  const edits = "kind" in model && model.kind === "pix2pix";
  await paint(studio, edits ? { ...request, image: "image" } : request, { image: picture });
}

type ModelWish = Wish & { readonly kind: Exclude<Kind, "upscaler" | "matting"> };

/** A request that needs the file. */
function requestFor({ kind, id, scheduler }: ModelWish, base: string) {
  const plain = {
    ...(scheduler && { scheduler }),
    model: base,
    prompt: "a cat",
    seed: 1,
    // Qwen-Image's noise levels are between two, at least.
    steps: 2,
    guidanceScale: 1,
    width: 32,
    height: 32,
  };
  const fields = {
    lora: { loras: [{ model: id }] },
    embedding: { embeddings: [{ model: id, token: "sks" }], prompt: "a sks cat" },
    vae: { vae: id },
    control: { controls: [{ model: id, image: "image" }] },
    "ip-adapter": { references: [{ image: "image", adapter: id }] },
    "image-encoder": { references: [{ image: "image", imageEncoder: id }] },
    model: { model: id },
    filter: { model: id, contentFilter: true },
  }[kind];
  return parseRequest({ ...plain, ...fields });
}

/** By the first of `bases` that takes it; otherwise what each of them says. */
export async function use(
  studio: PipelineStudio,
  { bases, ...wish }: Wish & { readonly bases: readonly string[] },
): Promise<"used" | readonly ProblemData[]> {
  const { kind, id } = wish;
  const refusals: ProblemData[] = [];
  for (const base of ["model", "filter", "upscaler", "matting"].includes(kind) ? [id] : bases) {
    try {
      await draw(studio, wish, base);
      return "used";
    } catch (error) {
      const refusal = Problem.from(error).toJSON();
      // What it withholds, it has seen.
      if (refusal.code === "content-filtered") return "used";
      refusals.push(refusal);
    }
  }
  return refusals;
}
