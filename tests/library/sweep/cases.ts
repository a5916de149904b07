/** Every file of the sweep: each source in each number type and with each damage, configurations, and files that people make. */
import { configurationCases } from "./configurations.ts";
import { CUTS, DAMAGES } from "./damages.ts";
import { inNumberType, TYPES } from "./number-types.ts";
import { oddCases } from "./odd-files.ts";
import { type Source, sources } from "./sources.ts";
import { writeContent } from "./tensors.ts";
import type { Kind } from "./use.ts";

export interface Case {
  readonly kind: Kind;
  readonly name: string;
  /** It goes with published models, of which none is here. */
  readonly forOthers?: true;
  /** Puts it into the models folder. `place`: its path without an ending. */
  lay(place: string): void;
}

type Type = (typeof TYPES)[number];

const [WHOLE, ...DAMAGED] = Object.keys(DAMAGES);
/** Number types that each damage goes with: others for each source. */
const TYPES_A_DAMAGE = 3;

/** Whole in every type (a large one in a few), and each damage in a few. */
const pairs = (n: number, large: boolean): (readonly [type: Type, damage: string])[] => [
  ...TYPES.filter((_, i) => !large || (i + n) % 4 === 0).map((type) => [type, WHOLE!] as const),
  ...DAMAGED.flatMap((damage, i) =>
    Array.from({ length: TYPES_A_DAMAGE }, (_, k) => [TYPES[(n + i + 4 * k) % TYPES.length]!, damage] as const),
  ),
];

const varied = (source: Source, n: number): Case[] => [
  ...pairs(n, source.large ?? false).map(
    ([type, damage]): Case => ({
      ...{ kind: source.kind, name: `${source.name} as ${type}, which ${damage}` },
      lay: (place) => {
        const { tensors, ...rest } = source.read();
        writeContent(source.prepare(place), { ...rest, tensors: DAMAGES[damage]!(inNumberType(tensors, type)) });
      },
    }),
  ),
  ...Object.entries(CUTS).map(
    ([cut, keep]): Case => ({
      ...{ kind: source.kind, name: `${source.name}, which ${cut}` },
      lay: (place) => writeContent(source.prepare(place), source.read(), keep),
    }),
  ),
  {
    ...{ kind: source.kind, name: `${source.name}, which holds nothing` },
    lay: (place) => writeContent(source.prepare(place), { tensors: new Map() }),
  },
];

export const everyCase = (): Case[] => [...oddCases(), ...configurationCases(), ...sources.flatMap(varied)];
