/** Who is measured on a machine's cards, and what. */
import type { Accelerator } from "../../runtime/device.ts";
import type { ProbeResult } from "../../runtime/probe.ts";
import { CONTESTANTS, type Contestant, MATCHES } from "../peers/contestants.ts";
import type { Task } from "../peers/table.ts";
import type { ShapesName } from "../shapes.ts";

/** XL's single step is what its Turbo paints a picture with. */
export const CARD_ROWS: Readonly<Record<ShapesName, readonly Task[]>> = {
  sd15: MATCHES.sd15.rows,
  sdxl: ["prepare", "open", "text", "step", "decode1024", "picture20", "turbo"],
};

const THEIRS: readonly Contestant[] = [
  { name: "PyTorch fp16", program: "pytorch", mode: "cuda", holds: 0.5, card: true },
  { name: "PyTorch fp16 compiled", program: "pytorch", mode: "cuda-compiled", holds: 0.5, card: true },
];

interface Tested {
  readonly provider: Accelerator;
  readonly name: string;
  readonly selfTest: ProbeResult;
}

/**
 * Ours on each card that computes rightly and faster than the processor, or is asked for by name; diffusers beside it; and of the
 * processor a step alone, which the others' are compared with. None where there is no such card.
 */
export function cardContestants(
  cards: readonly Tested[],
  { with: parts = [], python }: { readonly with?: readonly string[] | undefined; readonly python?: string | undefined },
): readonly Contestant[] {
  const isNamed = (...names: string[]) =>
    parts.some((part) => names.some((name) => name.toLowerCase().includes(part.toLowerCase())));
  const ours = cards.flatMap(({ provider, name, selfTest }): Contestant[] => {
    const isFaster = selfTest.outcome === "passed" && selfTest.seconds <= selfTest.cpuSeconds;
    const takesPart = parts.length === 0 ? isFaster : selfTest.outcome === "passed" && isNamed(name, provider);
    return takesPart ? [{ name: `ours, ${name}`, program: "ours", mode: provider, holds: 1, card: true }] : [];
  });
  if (ours.length === 0) return [];
  const theirs = python === undefined ? [] : THEIRS.filter(({ name }) => parts.length === 0 || isNamed(name));
  return [{ ...CONTESTANTS[0]!, only: ["step"] }, ...ours, ...theirs];
}
