/** How many references a model that sees them has room and time for. */
import type { Size } from "../../../shared/geometry.ts";
import { needAt, rungFor } from "../../../shared/memory-rungs.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import { LARGEST_REFERENCE, referenceSize } from "../../../shared/reference-size.ts";
import type { Reference } from "../../../shared/request.ts";
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import { seenPlaces } from "../../../shared/seen-as.ts";
import { tellCharacters } from "../state/character-references.ts";
import { estimate, isKnown, workOf } from "../state/experience.ts";
import type { ReferenceLayer } from "../state/followed.ts";
import { whatIsMissing } from "../state/readiness.ts";
import { rowsOf } from "../state/rows.ts";
import type { State } from "../state/state.ts";
import { buildRequest, sizeAtModel } from "./build-request.ts";
import { atQuality } from "./drafts.ts";
import { intentsOf } from "./intent.ts";

export interface ReferenceBudget {
  /** In use now. */
  readonly used: number;
  /** That fit into the memory, as many as a request takes at the most. */
  readonly most: number;
  /** What the model takes with those in use, and what it may take, bytes; `bits` where its weights are narrowed for it. */
  readonly need: number;
  readonly of: number;
  readonly bits?: 8 | 4;
  /** What each adds to a picture's time, by what earlier ones took. Null before the first. */
  readonly secondsEach: number | null;
}

/** By the figures that the companion plans pictures with. Null where the model or the machine does not tell them. */
export function referenceBudget(state: State, model: ModelInfo): ReferenceBudget | null {
  const { companion, settings, mode, prompt, characters, references } = state;
  const device = companion?.device;
  if (model.memory === undefined || device?.memory === undefined) return null;
  const { quantize } = settings;
  const all = device.provider === "cpu" ? model.memory.cpu : model.memory.gpu;
  const rungs = typeof quantize === "number" ? all.filter(({ bits }) => bits === quantize) : all;
  const size = sizeNow(state, model);
  const followed = tellCharacters(prompt, characters, { references, model, mode }).references;
  const { length: used } = followed;
  const placesWith = placesBy({ model, size, mode, followed });
  const rungAt = (count: number) => rungFor(rungs, placesWith(count), device.memory!);
  let most = 0;
  while (most < REQUEST_LIMITS.references && rungAt(most + 1) !== undefined) most++;
  const rung = rungAt(used) ?? rungs.at(-1)!;
  return {
    ...{ used, most, need: needAt(rung, placesWith(used)), of: device.memory },
    ...(rung.bits && { bits: rung.bits }),
    secondsEach: secondsEach(state, { size, used, placesWith }),
  };
}

/** At the model: of the first target, or as large as the model likes where none is selected. */
function sizeNow(state: State, model: ModelInfo): Size {
  const [row] = rowsOf(state);
  const { mode, settings, fill } = state;
  if (row === undefined) return { width: model.nativeSize, height: model.nativeSize };
  return sizeAtModel({ mode, model, settings, target: row.target, fill });
}

interface Drawn {
  readonly model: ModelInfo;
  readonly size: Size;
  readonly mode: State["mode"];
  readonly followed: readonly ReferenceLayer[];
}

/** Places that are read with so many references: those there are by their own sizes, others as large as references are at the most. */
function placesBy({ model, size, mode, followed }: Drawn): (count: number) => number {
  const { seenAs, sizeMultiple } = model;
  const places = ({ width, height }: Size) => (width * height) / sizeMultiple ** 2;
  const seen = (picture: Size) => (seenAs ? seenPlaces(picture, seenAs, sizeMultiple) : places(size));
  // The picture that is changed is seen, too.
  const own = places(size) + (mode === "generate" ? 0 : seen(size));
  const another = seen(LARGEST_REFERENCE);
  const each = followed.map(({ layer: { width, height } }) =>
    width === undefined || height === undefined ? another : seen(referenceSize({ width, height })),
  );
  return (count) => Array.from({ length: count }, (_, i) => each[i] ?? another).reduce((sum, more) => sum + more, own);
}

interface Counted {
  readonly size: Size;
  readonly used: number;
  readonly placesWith: (count: number) => number;
}

/** A picture's time is in proportion to all places that are read: taken from pictures with the likest number of references. */
function secondsEach(state: State, { size, used, placesWith }: Counted): number | null {
  if (whatIsMissing(state) !== null) return null;
  const request = buildRequest(
    { ...atQuality(intentsOf(state), state)[0]!, target: rowsOf(state)[0]!.target, fill: state.fill },
    0,
  );
  const { experience } = state.settings;
  const counts = Array.from({ length: REQUEST_LIMITS.references + 1 }, (_, count) => count);
  counts.sort((a, b) => Math.abs(a - used) - Math.abs(b - used));
  for (const count of counts) {
    const references = Array.from(
      { length: count },
      (_, i): Reference => ({ image: `${i}`, weight: 1, start: 0, end: 1 }),
    );
    const work = workOf({ ...request, references }, size);
    if (isKnown(experience, work))
      return estimate(experience, work, 1)!.seconds * ((placesWith(used + 1) - placesWith(used)) / placesWith(count));
  }
  return null;
}
