/** `underpaint plan`: how the published transformers fit into which memory, by the figures that pictures are planned with. */
import { parseArgs } from "node:util";
import { type MemoryRungs, needAt, rungFor } from "../../shared/memory-rungs.ts";
import { MOST_REFERENCES } from "../../shared/most-references.ts";
import { Problem } from "../../shared/problem.ts";
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

/** Of the latents of pictures of 1024 × 1024. */
const PLACES_OF_PICTURE = 4096;

export interface Planned {
  /** Absent: as the file has them. */
  readonly bits?: 8 | 4;
  /** Bytes: of the transformer, or of what reads the prompt before it where that is more. */
  readonly need: number;
}

/** How a picture of 1024 × 1024 is made there, `seen` more pictures of its size looked at; undefined where it does not fit. */
export function planIn({ transformer, encoder }: PublishedPlan, { on, limit }: Place, seen = 0): Planned | undefined {
  const places = PLACES_OF_PICTURE * (1 + seen);
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
  const seen = Number(values.references);
  if (!Number.isInteger(seen) || seen < 0 || seen > MOST_REFERENCES)
    throw new Problem("request-invalid", `\`--references\` is a number from 0 to ${MOST_REFERENCES}.`);
  print(planTable(publishedPlans(), seen));
  return 0;
}

export function planTable(plans: readonly PublishedPlan[], seen = 0): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const cell = (plan: PublishedPlan, place: Place) => {
    const planned = planIn(plan, place, seen);
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
    throw new Problem("request-invalid", `${(error as Error).message}: use underpaint plan [--references COUNT].`);
  }
}
