import type { Graph } from "../../graph/graph.ts";
import {
  estimateMemory,
  HEAVY_ONCE,
  HEAVY_WEIGHTS,
  type MemoryEstimate,
  type MemoryOptions,
  mappedWeights,
} from "../../graph/memory.ts";
import { inSpan } from "../../profile/spans.ts";
import type { Device } from "../../runtime/device.ts";
import { keepsValues, openSession, type Session } from "../../runtime/session.ts";

/** The right to run a session until it is given back. */
export interface Lease {
  readonly run: Session["run"];
  readonly inputs: Session["inputs"];
  /** To be called in a `finally`. The session may stay open for the next lease of its key. */
  release(): void;
}

/**
 * Open sessions within bounds: of memory, and at most `MOST_OPEN` of them, as those of a small model for dozens of sizes of pictures
 * would lie within any other. What is leased stays; of the rest the smallest is closed first, before something new
 * is opened. Jobs go in a circle (text encoder, VAE encoder, UNet, VAE decoder), so closing what was not used for longest
 * would always close what is needed next, the UNet first; this way the one that is dearest to open again stays. A single
 * session that is larger than the bounds is opened all the same: nothing smaller would do.
 */
export interface Sessions {
  /** Bytes that pictures are planned within. */
  readonly budget: number;
  /**
   * Bytes that open sessions may need together, of which no more than half, or the budget if that is more, besides weights that they map
   * from files: those the system takes back when others need the memory. What several map from one file counts once.
   */
  readonly room: number;
  /**
   * For what runs many times. `key` names everything that the graph depends on: the weights' fingerprint, shapes, options;
   * not what `symbols` of its dims stand for, which only say how much memory the runs of this lease take.
   */
  lease(key: string, build: () => Graph, options?: LeaseOptions): Promise<Lease>;
  /** For what runs once: leases, runs `body`, gives back. */
  use<T>(
    key: string,
    build: () => Graph,
    body: (run: Session["run"], inputs: Session["inputs"]) => Promise<T>,
  ): Promise<T>;
  /** Bytes that a session for this graph would need. */
  needOf(graph: Graph, size?: RunSize): number;
  /** The same of a graph that is built the first time only that its `key`, which names all that it depends on, is asked for. */
  needOfKey(key: string, build: () => Graph): number;
  /** Closes what it takes, of what is not leased, for `bytes` of something else to lie within the bounds until it is given back. */
  hold(bytes: number): Promise<() => void>;
  /** Closes all that are not leased and whose key begins with `prefix`. */
  close(prefix?: string): Promise<void>;
  /** What is open, in the order in which it is closed when memory is short: small before large, old before new. */
  list(): { key: string; bytes: number; leases: number }[];
  /** Milliseconds spent inside networks so far (running and opening them). */
  readonly spent: { running: number; opening: number };
}

/** What the dims stand for that each run chooses. */
export type RunSize = Pick<MemoryOptions, "symbols">;

export interface LeaseOptions extends RunSize {
  /** "kept": even a small network keeps the memory of its values from run to run where that is not much, and it counts as its own. */
  readonly memory?: "kept";
}

/** The share of the budget from which on weights are widened in their run, so that the rest has room as well. */
const HEAVY_SHARE = 1 / 2;

/** Those that five sizes of pictures need, or several models with add-ons for one; the longest unused are closed. */
const MOST_OPEN = 20;

/** What counts against the bounds. */
interface Share {
  readonly memory: Pick<MemoryEstimate, "weights" | "activations">;
  /** Of its weights: see `mappedWeights`. */
  readonly mapped: ReadonlyMap<string, number>;
}

const held = (weights: number): Share => ({ memory: { weights, activations: 0 }, mapped: new Map() });
const NOTHING = held(0);

interface Entry {
  readonly session: Session;
  /** For the largest run of a lease that is out, or else of the last one. */
  memory: MemoryEstimate;
  readonly mapped: Share["mapped"];
  /** Of a run of this size. */
  readonly estimate: (size: RunSize) => MemoryEstimate;
  leases: number;
}

/** Bytes of values that a small network may keep. */
const MOST_KEPT = 2 ** 28;

/** Of a session that keeps what a run takes. */
const withValues = ({ weights, activations, ...rest }: MemoryEstimate): MemoryEstimate => ({
  ...rest,
  weights: weights + activations,
  activations: 0,
});

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

/** Of a key, what a person calls it: its fingerprint is left out. */
const partOf = (key: string): string => key.split("/").slice(1, 3).join(" ");

/** `room`: default `budget`, which it can't be less than. */
export function createSessions({
  device,
  budget,
  room = budget,
}: {
  readonly device: Device;
  readonly budget: number;
  readonly room?: number | undefined;
}): Sessions {
  // A Map keeps its order: an entry that is used is taken out and put back at the end.
  const open = new Map<string, Entry>();
  const spent = { running: 0, opening: 0 };
  const bySize = () => [...open].sort(([, a], [, b]) => a.session.bytes - b.session.bytes);
  let heldBytes = 0;
  /** Whether all lie within the bounds together with `more`. Sessions run one after the other, so that what a run takes on top, and gives back, counts once. */
  const fits = (more: Share) => {
    const all = [more, ...open.values()];
    const activations = Math.max(...all.map(({ memory }) => memory.activations));
    const own = heldBytes + activations + sum(all.map(({ memory, mapped }) => memory.weights - sum(mapped.values())));
    const once = new Map(all.flatMap(({ mapped }) => [...mapped]));
    return own <= Math.max(budget, room / 2) && own + sum(once.values()) <= room;
  };
  const share = HEAVY_SHARE * budget;
  const once: MemoryOptions = { heavyWeights: Math.min(share, HEAVY_ONCE) };
  const tight: MemoryOptions = { heavyWeights: Math.min(share, HEAVY_WEIGHTS) };
  /** Widening in every run takes 4 % of a step of Stable Diffusion 1.5 at 512 × 512 on two cores, 12 at 256 × 256: not where the copy fits. */
  const often = (graph: Graph, size: RunSize): MemoryOptions => {
    const { weights, activations } = estimateMemory(graph, size);
    return weights + activations <= budget ? {} : tight;
  };

  const evict = async (isEnough: () => boolean, prefix = "") => {
    for (const [key, { session, leases }] of bySize()) {
      if (isEnough()) return;
      if (leases > 0 || !key.startsWith(prefix)) continue;
      open.delete(key);
      await session.release();
    }
  };

  /** Of what is not leased, what was not used for longest. */
  const closeSurplus = async () => {
    for (const [key, { session, leases }] of open) {
      if (open.size <= MOST_OPEN) return;
      if (leases > 0) continue;
      open.delete(key);
      await session.release();
    }
  };

  const lease = async (
    key: string,
    build: () => Graph,
    { memory: values, ...size }: LeaseOptions = {},
    optionsFor = often,
  ): Promise<Lease> => {
    let entry = open.get(key);
    if (!entry) {
      const begin = performance.now();
      const graph = build();
      const options = optionsFor(graph, size);
      const estimated = estimateMemory(graph, { ...options, ...size });
      const kept = values === "kept" && estimated.activations <= MOST_KEPT ? { values } : {};
      const isOwn = device.info.provider === "cpu" && !size.symbols && keepsValues(estimated, kept.values);
      const memory = isOwn ? withValues(estimated) : estimated;
      const estimate = size.symbols ? (of: RunSize) => estimateMemory(graph, { ...options, ...of }) : () => memory;
      const mapped = mappedWeights(graph, memory);
      await evict(() => fits({ memory, mapped }));
      const open = () => openSession(graph, device, { ...options, ...size, ...kept });
      entry = { session: await inSpan(`open ${partOf(key)}`, "network", open), memory, mapped, estimate, leases: 0 };
      spent.opening += performance.now() - begin;
    } else if (size.symbols) {
      const memory = entry.estimate(size);
      if (entry.leases === 0 || memory.activations > entry.memory.activations) entry.memory = memory;
    }
    open.delete(key);
    open.set(key, entry);
    entry.leases++;
    await closeSurplus();
    // A larger run of what is open takes more.
    if (size.symbols) await evict(() => fits(NOTHING));
    const leased = entry;
    let live = true;
    return {
      inputs: leased.session.inputs,
      run: async (feeds) => {
        const begin = performance.now();
        try {
          return await inSpan(partOf(key), "network", () => leased.session.run(feeds));
        } finally {
          spent.running += performance.now() - begin;
        }
      },
      release: () => {
        if (live) leased.leases--;
        live = false;
      },
    };
  };

  const needOf = (graph: Graph, size: RunSize = {}) => {
    const { weights, activations } = estimateMemory(graph, { ...tight, ...size });
    return weights + activations;
  };
  const needs = new Map<string, number>();

  return {
    budget,
    room,
    lease,
    needOf,
    needOfKey: (key, build) => {
      const need = needs.get(key) ?? needOf(build());
      needs.set(key, need);
      return need;
    },
    hold: async (bytes) => {
      await evict(() => fits(held(bytes)));
      heldBytes += bytes;
      let live = true;
      return () => {
        if (live) heldBytes -= bytes;
        live = false;
      };
    },
    use: async (key, build, body) => {
      const { run, inputs, release } = await lease(key, build, {}, () => once);
      try {
        return await body(run, inputs);
      } finally {
        release();
      }
    },
    close: (prefix) => evict(() => false, prefix),
    list: () => bySize().map(([key, { session, leases }]) => ({ key, bytes: session.bytes, leases })),
    spent,
  };
}
