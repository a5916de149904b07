/** Everything of the library that a request names. */
import type { GenerateRequest } from "./request.ts";

/** The same request with every name of a model or an add-on as `rename` has it. */
export function renameModels(request: GenerateRequest, rename: (id: string) => string): GenerateRequest {
  const { vae, refiner, motion } = request;
  return {
    ...request,
    model: rename(request.model),
    ...(vae !== undefined && { vae: rename(vae) }),
    ...(refiner !== undefined && { refiner: { ...refiner, model: rename(refiner.model) } }),
    ...(motion !== undefined && { motion: { ...motion, model: rename(motion.model) } }),
    loras: request.loras.map((lora) => ({ ...lora, model: rename(lora.model) })),
    embeddings: request.embeddings.map((embedding) => ({ ...embedding, model: rename(embedding.model) })),
    controls: request.controls.map((control) => ({ ...control, model: rename(control.model) })),
    references: request.references.map((reference) => ({
      ...reference,
      ...(reference.adapter !== undefined && { adapter: rename(reference.adapter) }),
      ...(reference.imageEncoder !== undefined && { imageEncoder: rename(reference.imageEncoder) }),
    })),
  };
}

/** Their ids, each once, the model itself first. */
export function modelRefs(request: GenerateRequest): string[] {
  const ids = new Set<string>();
  renameModels(request, (id) => {
    ids.add(id);
    return id;
  });
  return [...ids];
}
