/** What a result can keep of a picture, and with which of the installed control models. */
import type { AddOnInfo } from "../../../shared/protocol.ts";
import type { PreprocessorName } from "../../../shared/request.ts";

export const KEEP_NAMES = ["edges", "outlines", "drawing", "detail", "colours", "as it is"] as const;
export type KeepName = (typeof KEEP_NAMES)[number];

interface Keep {
  /** Absent: the layer is a control picture already. */
  readonly preprocessor?: PreprocessorName;
  /** Names of control models that are trained for it; a "union" is for pictures of several kinds. */
  readonly trained: RegExp;
}

export const KEEPS: Readonly<Record<KeepName, Keep>> = {
  edges: {
    preprocessor: "canny",
    trained: /canny|union/i,
  },
  outlines: {
    preprocessor: "outline",
    trained: /line-?_?art|canny|scribble|sketch|soft-?_?edge|hed|mlsd|union/i,
  },
  drawing: {
    preprocessor: "scribble",
    trained: /scribble|sketch|soft-?_?edge|hed|union/i,
  },
  detail: {
    preprocessor: "tile",
    trained: /tile|blur/i,
  },
  colours: {
    preprocessor: "color",
    trained: /colou?r(?!i[sz])/i,
  },
  "as it is": {
    trained: /depth|pose|normal|seg|mask|recolou?r|qr|union/i,
  },
};

type Named = Pick<AddOnInfo, "id" | "name">;

export const isTrainedFor = ({ id, name }: Named, keep: KeepName) => KEEPS[keep].trained.test(`${id} ${name}`);

/** The model to begin with: one that is trained for it, else the first. */
export function modelFor<M extends Named>(keep: KeepName, models: readonly M[]): M | undefined {
  return models.find((model) => isTrainedFor(model, keep)) ?? models[0];
}

/** What a layer is likely meant to give: a drawn one its outlines unless all models want other pictures, others what an installed model is trained for. */
export function likelyKeep(models: readonly Named[], { drawn }: { readonly drawn: boolean }): KeepName {
  const onlyMade = (model: Named) => isTrainedFor(model, "as it is") && !isTrainedFor(model, "outlines");
  const needsMade = models.length > 0 && models.every(onlyMade);
  if (drawn && !needsMade) return "outlines";
  const order: readonly KeepName[] = ["edges", "drawing", "detail", "colours", "as it is", "outlines"];
  return order.find((keep) => models.some((model) => isTrainedFor(model, keep))) ?? "edges";
}
