/** ExportMixin: PNG and JPG, drawn by the editor's own renderer. */
import type { NodeMembers } from "../member.ts";
import type { ExportSettings } from "../stage.ts";
import { bool, listOf, number, oneOf, shape, text } from "../validate.ts";
import { field, validated } from "./field.ts";

const settingsShape = shape<ExportSettings>(
  {
    format: oneOf("PNG", "JPG"),
    contentsOnly: bool,
    useAbsoluteBounds: bool,
    suffix: text,
    constraint: shape({ type: oneOf("SCALE", "WIDTH", "HEIGHT"), value: number(0.001) }),
    colorProfile: oneOf("DOCUMENT", "SRGB", "DISPLAY_P3_V4"),
  },
  ["contentsOnly", "useAbsoluteBounds", "suffix", "constraint", "colorProfile"],
);
/** Of SVG and PDF nothing but that they are these is known here. */
const anySettings = (value: unknown) => {
  const { format } = (value ?? {}) as { format?: unknown };
  return format === "SVG" || format === "PDF"
    ? shape({ format: text, suffix: text }, ["suffix"])(value)
    : settingsShape(value);
};
const UNBUILT = ["SVG", "SVG_STRING", "PDF", "JSON_REST_V1", "MP4", "GIF", "WEBM"];

export const exporting: NodeMembers = {
  exportSettings: field("exportSettings", listOf(anySettings)),
  exportAsync: {
    call: async (run, node, settings = { format: "PNG" }) => {
      const { format } = settings as { format: string };
      if (UNBUILT.includes(format)) throw new Error(`not available in the playground: exportAsync as ${format}`);
      run.demandLoaded(node.id);
      return run.stage.exportNode(node.id, validated("settings", settingsShape, settings));
    },
    readOnly: true,
  },
};
