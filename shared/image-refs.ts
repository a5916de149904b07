import type { GenerateRequest, ImageRef } from "./request.ts";

/** The images that a request names, each once. */
export function imageRefs(request: GenerateRequest): ImageRef[] {
  const named = [
    ...[request.image, request.mask],
    ...request.references.flatMap(({ image, mask }) => [image, mask]),
    ...request.controls.map(({ image }) => image),
  ];
  return [...new Set(named.filter((name) => name !== undefined))];
}
