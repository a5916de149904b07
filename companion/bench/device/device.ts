/**
 * `npm run bench -- --device [--python PATH] [--shapes …] [--with …] [--json FILE]`: all that is worth to know of a machine's cards, in one
 * go. Whether each computes rightly by the self-test, whether it paints what diffusers paints with tiny models of every family,
 * and, where it is faster than the processor, how long Stable Diffusion 1.5 and XL of full size take, beside diffusers in float16 as it
 * is and compiled. All of it goes into a JSON file that is named after the hardware, and can be shared: it names no person and no folder.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { median } from "../../../shared/median.ts";
import { redactor } from "../../cli/redact.ts";
import { readConfig } from "../../config.ts";
import { versionOf } from "../../root.ts";
import { ACCELERATOR_NAMES, type Accelerator, bundledAccelerators } from "../../runtime/device.ts";
import { type ProbeResult, probeInChild } from "../../runtime/probe.ts";
import type { BenchOptions } from "../options.ts";
import { today } from "../pages/marks.mjs";
import { printRaced, type Raced, race } from "../peers/peers.ts";
import { UNMET } from "../report.ts";
import { SHAPES, type ShapesName } from "../shapes.ts";
import { CARD_ROWS, cardContestants } from "./card-contestants.ts";
import { familyCases } from "./family-cases.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { type Tried, tryCase } from "./try-cases.ts";

/** How far a picture's tensors may be from diffusers'. What rounding makes grows with each step; a wrong kernel is off by what there is. */
const LIMITS = { float32: 1e-2, float16: 0.15 } as const;

interface Card {
  readonly provider: Accelerator;
  readonly name: string;
  readonly selfTest: ProbeResult;
  readonly pictures: readonly Tried[];
}

/** Resolves to the exit code: UNMET where a card that passed its self-test paints something else. */
export async function runDevice(options: BenchOptions, scratch: string): Promise<number> {
  const machine = describeMachine();
  console.log(`Graphics: ${machine.graphics.join("; ") || "none that this system tells of"}.\n`);
  const cards: Card[] = [];
  for (const provider of bundledAccelerators()) cards.push(await examine(provider, scratch));

  const chosen = cardContestants(cards, options);
  const shapes = options.shapes ? [options.shapes] : (Object.keys(SHAPES) as ShapesName[]);
  const races: Partial<Record<ShapesName, Raced>> = {};
  if (chosen.length === 0) console.log("\nNothing here is faster than the processor: `--peers` measures that one.");
  else
    for (const each of shapes) {
      races[each] = await race({ chosen, rows: CARD_ROWS[each] }, { ...options, shapes: each }, scratch);
      console.log();
      printRaced(races[each]);
    }

  const file = path.resolve(options.json ?? `underpaint-device-${slugOf(machine)}.json`);
  const shared = redactor(readConfig());
  const told = (_: string, value: unknown) => (typeof value === "string" ? shared(value) : value);
  writeFileSync(file, `${JSON.stringify(reportOf(machine, cards, races), told, 2)}\n`);
  console.log(`\n${path.basename(file)} has these figures.`);
  return cards.some((card) => wrongOf(card).length > 0) ? UNMET : 0;
}

async function examine(provider: Accelerator, scratch: string): Promise<Card> {
  const name = ACCELERATOR_NAMES[provider];
  const selfTest = await probeInChild(provider);
  if (selfTest.outcome === "failed") {
    console.log(`- ${name}: ${selfTest.reason}`);
    return { provider, name, selfTest, pictures: [] };
  }
  const { float, attention, groupNorms, channelsLast, seconds, cpuSeconds } = selfTest;
  const times = `${(1000 * seconds).toFixed(1)} ms for products that take the processor ${(1000 * cpuSeconds).toFixed(1)} ms`;
  console.log(
    `- ${name}: computes rightly in ${float} with ${attention} attention, ${groupNorms} group norms, pictures channels ${channelsLast === "never" ? "first" : "last"}, ${times}.`,
  );
  const cases = familyCases();
  if (!cases) console.log("  The pictures of every family lie in the project, not in the package: none was tried.");
  const pictures = (cases ?? []).map((one) => {
    const tried = tryCase(one, provider, path.join(scratch, provider));
    console.error(`${tried.name}: ${tried.problem ?? `${tried.off!.toExponential(1)} off`}`);
    return tried;
  });
  const card = { provider, name, selfTest, pictures };
  for (const line of picturesIn(card)) console.log(`  ${line}`);
  return card;
}

/** Those that are not diffusers'. */
function wrongOf({ selfTest, pictures }: Card): readonly Tried[] {
  return selfTest.outcome === "failed"
    ? []
    : pictures.filter(({ off }) => !((off ?? Infinity) <= LIMITS[selfTest.float]));
}

function picturesIn(card: Card): string[] {
  const { selfTest, pictures } = card;
  if (selfTest.outcome === "failed" || pictures.length === 0) return [];
  const offs = pictures.flatMap(({ off }) => off ?? []);
  const wrong = wrongOf(card);
  const limit = LIMITS[selfTest.float];
  return [
    `${pictures.length - wrong.length} of ${pictures.length} pictures with tiny models of every family are diffusers' (no tensor more than ${limit} of its largest value off); in the middle ${median(offs).toExponential(1)} off, at the most ${Math.max(...offs).toExponential(1)}.`,
    ...wrong.map(({ name, off, problem }) => `NOT ${name}: ${problem ?? `${off!.toExponential(1)} off`}`),
  ];
}

/** As JSON: seconds and bytes. */
function reportOf(machine: Machine, cards: readonly Card[], races: Partial<Record<ShapesName, Raced>>) {
  const raced = Object.entries(races).map(([shapes, { about, results, lines }]) => {
    const { samples, memory, deviation, refused = new Map() } = results;
    const [peakBytes, offFloat32, why] = [memory, deviation, refused].map((map) => Object.fromEntries(map));
    return [shapes, { about, notes: lines, samples, peakBytes, offFloat32, refused: why }];
  });
  return {
    date: today(),
    machine,
    node: process.versions.node,
    "onnxruntime-node": versionOf("onnxruntime-node"),
    cards,
    fullSize: Object.fromEntries(raced),
  };
}

/** "nvidia-h200" */
const slugOf = ({ graphics: [card], processor }: Machine): string =>
  (card ?? processor)
    .split(",")[0]!
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 60);
