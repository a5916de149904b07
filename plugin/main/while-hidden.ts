let hidden = 0;

/** True while an export hides a layer: what the document looks like now is not what the designer made. */
export const isHiding = () => hidden > 0;

/** Does the work with the layer hidden, and shows it again whatever happens. */
export async function whileHidden<T>(layer: SceneNode, work: () => Promise<T>): Promise<T> {
  hidden += 1;
  layer.visible = false;
  try {
    return await work();
  } finally {
    if (!layer.removed) layer.visible = true;
    hidden -= 1;
  }
}
