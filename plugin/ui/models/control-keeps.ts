/** What a result can keep of a picture, and with which of the installed control models. */
import type { AddOnInfo } from "../../../shared/protocol.ts";
import type { PreprocessorName } from "../../../shared/request.ts";

export const KEEP_NAMES = ["edges", "outlines", "drawing", "detail", "colours", "as it is"] as const;
export type KeepName = (typeof KEEP_NAMES)[number];

interface Keep {
  readonly label: string;
  /** One sentence for who hesitates. */
  readonly hint: string;
  /** Absent: the layer is a control picture already. */
  readonly preprocessor?: PreprocessorName;
  /** Names of control models that are trained for it. */
  readonly trained: RegExp;
}

export const KEEPS: Readonly<Record<KeepName, Keep>> = {
  edges: {
    label: "Edges",
    hint: "Every clear line in the picture stays where it is.",
    preprocessor: "canny",
    trained: /canny/i,
  },
  outlines: {
    label: "Outlines",
    hint: "The lines that are drawn. A vector’s come from the vector itself, exactly.",
    preprocessor: "outline",
    trained: /line-?_?art|canny|scribble|sketch|soft-?_?edge|hed|mlsd/i,
  },
  drawing: {
    label: "Rough drawing",
    hint: "The main shapes stay; what they become is free.",
    preprocessor: "scribble",
    trained: /scribble|sketch|soft-?_?edge|hed/i,
  },
  detail: {
    label: "Shapes and colours",
    hint: "The whole picture stays, and gets new detail.",
    preprocessor: "tile",
    trained: /tile|blur/i,
  },
  colours: {
    label: "Colours",
    hint: "Roughly which colour is where.",
    preprocessor: "color",
    trained: /colou?r(?!i[sz])/i,
  },
  "as it is": {
    label: "The picture as it is",
    hint: "For depth maps, poses and other pictures that are made for a control model.",
    trained: /depth|pose|normal|seg|mask|recolou?r|qr/i,
  },
};

type Named = Pick<AddOnInfo, "id" | "name">;

export const isTrainedFor = ({ id, name }: Named, keep: KeepName) => KEEPS[keep].trained.test(`${id} ${name}`);

/** The model to begin with: one that is trained for it, else the first. */
export function modelFor<M extends Named>(keep: KeepName, models: readonly M[]): M | undefined {
  return models.find((model) => isTrainedFor(model, keep)) ?? models[0];
}

/** What a layer is likely meant to give: a drawn one its outlines, others what an installed model is trained for. */
export function likelyKeep(models: readonly Named[], { drawn }: { readonly drawn: boolean }): KeepName {
  if (drawn) return "outlines";
  const order: readonly KeepName[] = ["edges", "drawing", "detail", "colours", "as it is", "outlines"];
  return order.find((keep) => models.some((model) => isTrainedFor(model, keep))) ?? "edges";
}
