import type { GenerateRequest, ImageRef, Reference } from "./request.ts";

/** The images that a request names, each once. */
export function imageRefs(request: GenerateRequest): ImageRef[] {
  const named = [
    ...[request.image, request.mask],
    ...request.references.flatMap((reference) => [...imagesOfReference(reference), reference.mask]),
    ...request.controls.map(({ image }) => image),
    request.sceneText?.image,
  ];
  return [...new Set(named.filter((name) => name !== undefined))];
}

/** One, or the several that it follows together. */
export const imagesOfReference = ({ image }: Pick<Reference, "image">): readonly ImageRef[] =>
  typeof image === "string" ? [image] : image;
