/** A request's region as a schema: how a Fill looks around its mask, and how its work goes back. */
import * as v from "valibot";
import { INFILLS, MASK_EDGES, SEAMS } from "./request.ts";
import { between, REQUEST_LIMITS, share } from "./request-parts-schema.ts";

const surroundings = v.pipe(
  v.strictObject({
    weight: v.optional(between(REQUEST_LIMITS.referenceWeight), 1),
    start: v.optional(share, 0),
    end: v.optional(share, 1),
  }),
  v.forward(
    v.check(({ start, end }) => start < end, "must be greater than `start`"),
    ["end"],
  ),
);

const place = between(REQUEST_LIMITS.calmPlace);
const length = between({ min: 1, max: REQUEST_LIMITS.calmPlace.max });
const calmArea = v.strictObject({ x: place, y: place, width: length, height: length });

const reach = v.optional(between(REQUEST_LIMITS.maskReach));
const grows = ({ grow, feather }: { grow?: number | undefined; feather?: number | undefined }) =>
  grow !== undefined || feather !== undefined;

export const region = v.pipe(
  v.strictObject({
    detail: v.optional(share, 0.5),
    edge: v.optional(v.picklist(MASK_EDGES)),
    edgeWidth: reach,
    grow: reach,
    feather: reach,
    colorMatch: v.optional(v.boolean(), true),
    seam: v.optional(v.picklist(SEAMS)),
    infill: v.optional(v.picklist(INFILLS)),
    surroundings: v.optional(surroundings),
    calm: v.optional(v.pipe(v.array(calmArea), v.maxLength(REQUEST_LIMITS.calmAreas))),
  }),
  v.forward(
    v.check(
      (region) => region.edge === undefined || region.edge === "spill" || !grows(region),
      'must be "spill" with `grow` or `feather`, which change what is outside the mask',
    ),
    ["edge"],
  ),
  v.forward(
    v.check(
      (region) => region.edgeWidth === undefined || !grows(region),
      "must be left out where `grow` or `feather` says it",
    ),
    ["edgeWidth"],
  ),
);
