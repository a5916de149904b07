/**
 * Networks that enlarge pictures, as one file each: which one it is and its dimensions follow from its keys and shapes. Source:
 * spandrel 0.4.2, architectures/{ESRGAN,Compact,SPAN,DAT}/__init__.py.
 */
import { Problem } from "../../../shared/problem.ts";
import { compact } from "../../networks/upscalers/compact.ts";
import { rrdb } from "../../networks/upscalers/rrdb.ts";
import { span } from "../../networks/upscalers/span.ts";
import type { Upscaler } from "../../networks/upscalers/upscaler.ts";
import { type Component, largestNumber, type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import { type CheckpointStore, type OpenOptions, openSafetensors } from "../files/safetensors.ts";
import { describe, identify } from "../identify/identify.ts";
import { wrapperOf } from "../identify/wrappers.ts";
import { datConfig, renameDat } from "./upscaler-dat.ts";
import { renameRrdb } from "./upscaler-keys.ts";

/** In a SPAN that takes pictures as they are; it holds no weight. */
const MARK = "no_norm";

/**
 * Throws Problem "model-unsupported" (naming what it is instead), "config-invalid" where its shapes make no such network, and
 * as `openSafetensors`.
 */
export function openUpscaler(file: string, options: OpenOptions = {}): Component<Upscaler> {
  const store = openSafetensors(file, options);
  const refs = identify(store).kind === "upscaler" ? unwrapped(store) : new Map();
  for (const { rename, config } of ARCHITECTURES) {
    const named = rename(refs);
    const network = named && config(named, store.origin);
    if (!network) continue;
    named.delete(MARK);
    return { config: network, weights: new RenamedStore(store.origin, named, [store]) };
  }
  throw new Problem(
    "model-unsupported",
    `"${store.origin}" is ${describe(store)}, not an upscaler that this version knows: choose an ESRGAN, Compact, SPAN or DAT file.`,
  );
}

function unwrapped(store: CheckpointStore): Refs {
  const refs = refsUnder(store);
  const { length } = wrapperOf([...refs.keys()]);
  return length === 0 ? refs : new Map([...refs].map(([key, ref]) => [key.slice(length), ref]));
}

interface Architecture {
  /** Under the network's own names, or undefined where the keys are another's. */
  readonly rename: (refs: Refs) => Refs | undefined;
  /** Throws Problem "config-invalid". */
  readonly config: (refs: Refs, origin: string) => Upscaler;
}

const isSquare = (n: number) => Number.isInteger(Math.sqrt(n));

function dimsOf(refs: Refs, key: string, origin: string): readonly number[] {
  const dims = refs.get(key)?.dims;
  if (dims?.length) return dims;
  throw new Problem("weights-missing", `"${origin}" lacks the tensor "${key}": the file is incomplete.`);
}

/** How far a convolution of `channels` before shuffled pixels enlarges. */
function shuffled(channels: number, origin: string): number {
  if (channels % 3 === 0 && isSquare(channels / 3)) return Math.sqrt(channels / 3);
  throw new Problem(
    "config-invalid",
    `"${origin}" ends in ${channels} channels, which are no pixels in red, green and blue: choose another upscaler.`,
  );
}

const ARCHITECTURES: readonly Architecture[] = [
  {
    rename: renameRrdb,
    config: (refs, origin) => {
      const [features = 0, given = 0] = dimsOf(refs, "conv_first.weight", origin);
      if (given % 3 !== 0 || !isSquare(given / 3) || dimsOf(refs, "conv_last.weight", origin)[0] !== 3)
        throw new Problem(
          "config-invalid",
          `"${origin}" reads ${given} channels, which are no pixels in red, green and blue: choose another upscaler.`,
        );
      return rrdb({
        ...{ features, fold: Math.sqrt(given / 3) },
        growth: dimsOf(refs, "body.0.rdb1.conv1.weight", origin)[0]!,
        blocks: largestNumber(refs.keys(), /^body\.(\d+)\./) + 1,
        doublings: Math.max(0, largestNumber(refs.keys(), /^conv_up(\d+)\./)),
        plus: refs.has("body.0.rdb1.conv1x1.weight"),
      });
    },
  },
  {
    rename: (refs) =>
      refs.has("conv_1.sk.weight") && refs.has("block_1.c1_r.sk.weight") ? withoutFused(refs) : undefined,
    config: (refs, origin) =>
      span({
        features: dimsOf(refs, "conv_1.sk.weight", origin)[0]!,
        scale: shuffled(dimsOf(refs, "upsampler.0.weight", origin)[0]!, origin),
        normalised: !refs.has(MARK),
      }),
  },
  { rename: renameDat, config: datConfig },
  {
    rename: (refs) => (refs.has("body.0.weight") && refs.get("body.1.weight")?.dims.length === 1 ? refs : undefined),
    config: (refs, origin) => {
      const last = largestNumber(refs.keys(), /^body\.(\d+)\./);
      return compact({
        features: dimsOf(refs, "body.0.weight", origin)[0]!,
        convolutions: (last - 2) / 2,
        scale: shuffled(dimsOf(refs, `body.${last}.weight`, origin)[0]!, origin),
      });
    },
  },
];

/** SPAN's joined convolutions are made of the others, see networks/upscalers/span.ts. */
function withoutFused(refs: Refs): Refs {
  return new Map([...refs].filter(([key]) => !/\.eval_conv\.(?:weight|bias)$/.test(key)));
}
