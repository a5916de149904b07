import * as v from "valibot";
import { PORT } from "../../../shared/protocol.ts";
import type { Connection } from "./connection.ts";

/** What the client needs from the browser; tests bring their own. */
export interface Surroundings {
  readonly fetch: (url: string, init: { signal: AbortSignal }) => Promise<Response>;
  readonly openSocket: (url: string, protocol: string) => WebSocket;
  /** True once the page's content security policy has blocked the companion's address. */
  readonly violated: () => boolean;
  /** What the browser says about talking to this computer: "granted", "prompt", "denied", or "unknown". */
  readonly loopbackPermission: () => Promise<string>;
}

export interface FoundCompanion {
  readonly kind: "companion";
  readonly version: string;
  readonly protocol: number;
  /** Of the pairing code that it shows now. */
  readonly codeDigits: number;
  /** That code was made for somebody whom a studio asked in. */
  readonly invited?: boolean | undefined;
}

const PROBE_MS = 3000;
const Health = v.object({
  app: v.literal("underpaint"),
  version: v.pipe(v.string(), v.maxLength(100)),
  protocol: v.number(),
  codeDigits: v.optional(v.picklist([6, 9, 12]), 6),
  invited: v.optional(v.boolean()),
});

/**
 * Who answers on the companion's port? A failed `fetch` is quiet, where a failed WebSocket fills the console: so the
 * question is asked by `GET /health`, and a socket is opened only where a companion answered.
 */
export async function probe(world: Surroundings): Promise<FoundCompanion | Connection> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), PROBE_MS);
  try {
    const response = await world.fetch(`http://localhost:${PORT}/health`, { signal: controller.signal });
    const health = v.safeParse(Health, await response.json().catch(() => undefined));
    return health.success ? { kind: "companion", ...health.output } : { kind: "wrong-app" };
  } catch {
    // A refused, blocked or silent connection all reject alike: the browser tells no more than this.
    if (world.violated()) return { kind: "blocked-by-csp" };
    return (await world.loopbackPermission()) === "denied" ? { kind: "blocked-by-browser" } : { kind: "off" };
  } finally {
    clearTimeout(timer);
  }
}

/** The browser that we run in. */
export function browserSurroundings(): Surroundings {
  let violated = false;
  document.addEventListener("securitypolicyviolation", ({ blockedURI }) => {
    if (blockedURI.includes(`localhost:${PORT}`)) violated = true;
  });
  return {
    fetch: (url, init) => fetch(url, init),
    openSocket: (url, protocol) => new WebSocket(url, protocol),
    violated: () => violated,
    loopbackPermission: async () => {
      try {
        const status = await navigator.permissions.query({ name: "loopback-network" as PermissionName });
        return status.state;
      } catch {
        return "unknown"; // Browsers without this permission throw a TypeError.
      }
    },
  };
}
