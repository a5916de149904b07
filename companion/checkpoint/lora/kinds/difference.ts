import { rowLength } from "../arithmetic.ts";
import { difference } from "../gains.ts";
import type { Kind } from "./kind.ts";

/** A whole difference, as LyCORIS ("full") and extractors write it. */
export const DIFFERENCE: Kind = {
  name: "whole difference",
  marks: ["diff"],
  shape: (layer) => layer.dims("diff"),
  gain: (layer, { dims }) => difference(layer.fit(layer.get("diff"), [dims[0]!, rowLength({ dims })])),
};
