import { type Context, chooseContext, growRect, maskMargins, type Rect, type Size } from "../../../shared/geometry.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";

/** Pixels of one latent place: sides at the model are multiples of it. */
const LATENT_FACTOR = 8;

/** What the model will see of a picture to repair: the same choice as the companion makes. */
export function fillContext(
  { source, maskBounds }: { source: Size; maskBounds: Rect },
  { model, detail }: { model: Pick<ModelInfo, "nativeSize">; detail: number },
): Context {
  const { grow, feather } = maskMargins(maskBounds);
  const touched = growRect(maskBounds, Math.ceil(grow + feather), source);
  return chooseContext(touched, source, { native: model.nativeSize, multiple: LATENT_FACTOR, detail });
}
