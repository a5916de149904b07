/** What a matte does without so that it fits into memory, one rung after the other. */
import type { Thrift } from "../../../shared/thrift.ts";

export interface MatteRung {
  /** Pixels of a side of what the network sees. */
  readonly side: number;
  /** Where the matte is no longer what it would be. */
  readonly thrift?: Thrift;
  /** The level below; absent: there is none. */
  readonly next?: number;
}

/** Below it no matting model of the family was trained. */
const SMALLEST = 512;

/**
 * At the top beside whatever is open, then as the only open network, then on halves of the side, down to what such models are trained for.
 * `side`: as asked for.
 */
export function matteRungAt(level: number, side: number): MatteRung {
  const halvings = Math.max(0, level - 1);
  const now = side / 2 ** halvings;
  const hasNext = level === 0 || now / 2 >= SMALLEST;
  return {
    side: now,
    ...(halvings > 0 && { thrift: "coarser-outline" as const }),
    ...(hasNext && { next: level + 1 }),
  };
}
