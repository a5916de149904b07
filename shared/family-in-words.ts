import type { ModelFamily } from "./protocol.ts";

/** "Stable Diffusion 1.x", or "Like Stable Diffusion 1.x" of a model that only has its shape. */
export const familyInWords = ({ name, like }: ModelFamily): string => (like ? `Like ${name}` : name);
