/**
 * True where a layer shows more than its outlines and colours say: a picture, a film, a pattern or a shader. An image paint counts
 * whether its image is there or not.
 */
export function showsPicture(node: SceneNode): boolean {
  const fills = "fills" in node && Array.isArray(node.fills) ? (node.fills as readonly Paint[]) : [];
  const effects = "effects" in node ? node.effects : [];
  return (
    fills.some((paint) => paint.visible !== false && isPicture(paint)) ||
    effects.some((effect) => effect.visible && isDrawnOver(effect))
  );
}

/** Every type of paint is named, so that the type checker finds the next one. One that it does not know yet may show anything. */
function isPicture(paint: Paint): boolean {
  switch (paint.type) {
    case "IMAGE":
    case "VIDEO":
    case "PATTERN":
    case "SHADER":
      return true;
    case "SOLID":
    case "GRADIENT_LINEAR":
    case "GRADIENT_RADIAL":
    case "GRADIENT_ANGULAR":
    case "GRADIENT_DIAMOND":
      return false;
    default:
      paint satisfies never;
      return true;
  }
}

/** The same of effects: a shader draws whatever it likes, the others leave a shape what it is. */
function isDrawnOver(effect: Effect): boolean {
  switch (effect.type) {
    case "SHADER":
      return true;
    case "DROP_SHADOW":
    case "INNER_SHADOW":
    case "LAYER_BLUR":
    case "BACKGROUND_BLUR":
    case "NOISE":
    case "TEXTURE":
    case "GLASS":
      return false;
    default:
      effect satisfies never;
      return true;
  }
}
