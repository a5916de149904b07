/**
 * At how many pixels to one of the canvas the layer is exported, where it or a layer around it is set up for that: of several settings the
 * largest. Undefined where none says. Files of outlines (SVG, PDF) have no pixels.
 */
export function exportScaleOf(node: SceneNode): number | undefined {
  const scales: number[] = [];
  for (let at: BaseNode | null = node; at !== null && at.type !== "PAGE" && at.type !== "DOCUMENT"; at = at.parent)
    scales.push(...scalesOf(at as SceneNode));
  return scales.length > 0 ? Math.max(...scales) : undefined;
}

function scalesOf({ exportSettings, width, height }: SceneNode): number[] {
  return exportSettings.flatMap((setting) => {
    if (setting.format !== "PNG" && setting.format !== "JPG") return [];
    const { type, value } = setting.constraint ?? { type: "SCALE", value: 1 };
    return type === "SCALE" ? value : value / (type === "WIDTH" ? width : height);
  });
}
