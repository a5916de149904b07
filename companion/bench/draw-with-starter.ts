import { parseRequest } from "../../shared/validate.ts";
import { generate } from "../pipeline/generate.ts";
import type { PipelineStudio } from "../pipeline/open-studio.ts";

/** A picture of the starter model as it is evaluated: 15 steps of DDIM at guidance 4. A PNG. */
export async function drawWithStarter(
  studio: PipelineStudio,
  asked: Readonly<Record<string, unknown>>,
  images: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<Uint8Array> {
  const size = { width: 128, height: 128, steps: 15, guidanceScale: 4, scheduler: { name: "ddim" } };
  const request = parseRequest({ model: "starter", ...size, ...asked });
  return (await lastOf(generate(request, images, studio))).png;
}

/** What a generator returns. */
export async function lastOf<T>(events: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const { value, done } = await events.next();
    if (done) return value;
  }
}
