let working = 0;

/** True while an export shows or hides layers: what the document looks like now is not what the designer made. */
export const isExporting = () => working > 0;

export interface Visibility {
  readonly shown: readonly SceneNode[];
  readonly hidden: readonly SceneNode[];
}

/** Does the work with some layers shown and others hidden, and sets back those that it changed, whatever happens. */
export async function whileVisible<T>({ shown, hidden }: Visibility, work: () => Promise<T>): Promise<T> {
  const changed = [...shown, ...hidden].map((layer) => ({ layer, was: layer.visible }));
  if (changed.length === 0) return await work();
  working += 1;
  try {
    for (const layer of shown) layer.visible = true;
    for (const layer of hidden) layer.visible = false;
    return await work();
  } finally {
    for (const { layer, was } of changed) if (!layer.removed) layer.visible = was;
    working -= 1;
  }
}
