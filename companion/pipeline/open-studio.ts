import { FAMILIES } from "./families.ts";
import type { Family } from "./job.ts";
import { createStudio } from "./studio/create-studio.ts";
import type { Studio, StudioOptions } from "./studio/studio.ts";

/** A studio that can draw with the models that it opens. */
export type PipelineStudio = Studio<Family>;

/** A studio for all families of models; `families`: for these. */
export const openStudio = (
  options: Omit<StudioOptions<Family>, "families"> & { readonly families?: readonly Family[] },
): PipelineStudio => createStudio({ families: FAMILIES, ...options });
