/** `underpaint plan`: how the published transformers fit into which memory, by the figures that pictures are planned with. */
import { parseArgs } from "node:util";
import type { Size } from "../../shared/geometry.ts";
import { type MemoryRungs, needAt, rungFor } from "../../shared/memory-rungs.ts";
import { MOST_REFERENCES } from "../../shared/most-references.ts";
import { Problem } from "../../shared/problem.ts";
import { seenPlaces } from "../../shared/seen-as.ts";
import { type PublishedPlan, publishedPlans } from "../opening/published-plans.ts";
import { defaultMemoryLimit } from "../runtime/machine-memory.ts";
import { print } from "./print.ts";

const GIB = 2 ** 30;

interface Place {
  readonly name: string;
  readonly on: keyof MemoryRungs;
  readonly gib: number;
  /** Bytes that networks may take of it. */
  readonly limit: number;
}

/** Of a card's memory, what is left when the screen and the runtime have theirs. */
const OF_CARD = 0.9;

export const PLACES: readonly Place[] = [
  ...[6, 8, 12, 16, 24].map((gib): Place => ({ name: `${gib} GB card`, on: "gpu", gib, limit: OF_CARD * gib * GIB })),
  ...[8, 16, 32].map(
    (gib): Place => ({
      ...{ name: `processor, ${gib} GB`, on: "cpu", gib },
      limit: defaultMemoryLimit({ total: gib * GIB }),
    }),
  ),
];

/** Pixels of a place of a latent along a side, of all that are published. */
const PLACE = 16;
/** What is drawn, and what a reference is that is only counted. */
const PICTURE: Size = { width: 1024, height: 1024 };

export interface Planned {
  /** Absent: as the file has them. */
  readonly bits?: 8 | 4;
  /** Bytes: of the transformer, or of what reads the prompt before it where that is more. */
  readonly need: number;
}

/** Of a picture of 1024 × 1024 with these references, each as large as the model sees it. */
export const placesWith = ({ seenAs }: Pick<PublishedPlan, "seenAs">, references: readonly Size[]): number =>
  references.reduce(
    (sum, picture) => sum + (seenAs ? seenPlaces(picture, seenAs, PLACE) : 0),
    (PICTURE.width / PLACE) * (PICTURE.height / PLACE),
  );

/** How a picture of 1024 × 1024 is made there, these references looked at; undefined where it does not fit. */
export function planIn(
  plan: PublishedPlan,
  { on, limit }: Place,
  references: readonly Size[] = [],
): Planned | undefined {
  const { transformer, encoder } = plan;
  const places = placesWith(plan, references);
  const rung = rungFor(transformer[on], places, limit);
  if (rung === undefined) return undefined;
  const { bits } = rung;
  const reading = encoder[on].find((each) => each.bits === bits)!;
  const need = Math.max(needAt(rung, places), needAt(reading, 0));
  return need > limit ? undefined : { ...(bits && { bits }), need };
}

/** A Markdown table. Resolves to the exit code. Throws Problem "request-invalid". */
export async function runPlan(argv: string[]): Promise<number> {
  const { values } = parse(argv);
  print(planTable(publishedPlans(), readReferences(values.references)));
  return 0;
}

/** A count, or sizes as "512x768,1024x1024". Throws Problem "request-invalid". */
export function readReferences(text: string): Size[] {
  const sizes = /^\d+$/.test(text)
    ? Array<Size>(Math.min(Number(text), MOST_REFERENCES + 1)).fill(PICTURE)
    : text.split(",").map((size) => {
        const [, width, height] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(size.trim()) ?? [];
        return { width: Number(width), height: Number(height) };
      });
  if (sizes.length <= MOST_REFERENCES && sizes.every(({ width }) => width > 0)) return sizes;
  throw new Problem(
    "request-invalid",
    `\`--references\` is a number from 0 to ${MOST_REFERENCES}, or as many sizes like 512x768,1024x1024.`,
  );
}

export function planTable(plans: readonly PublishedPlan[], references: readonly Size[] = []): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const cell = (plan: PublishedPlan, place: Place) => {
    const planned = planIn(plan, place, references);
    if (planned === undefined) return "–";
    const { bits, need } = planned;
    return `${bits ? `${bits} bits` : "as it is"}, ${(need / GIB).toFixed(1)}`;
  };
  return [
    row(["GB", ...PLACES.map(({ name }) => name)]),
    row(["---", ...PLACES.map(() => "---")]),
    ...plans.map((plan) => row([plan.name, ...PLACES.map((place) => cell(plan, place))])),
  ].join("\n");
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: { references: { type: "string", default: "0" } } });
  } catch (error) {
    throw new Problem(
      "request-invalid",
      `${(error as Error).message}: use underpaint plan [--references COUNT | WIDTHxHEIGHT,…].`,
    );
  }
}
