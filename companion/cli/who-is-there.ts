import { Problem } from "../../shared/problem.ts";

/** "nobody" listens on the port, a companion does, or another program. */
export type Listener =
  | { readonly kind: "nobody" | "stranger" }
  | { readonly kind: "companion"; readonly version: string };

/** What a failed connection says where nobody listens, or where there is no such address. */
const NOBODY = ["ECONNREFUSED", "EADDRNOTAVAIL", "EAFNOSUPPORT", "ENETUNREACH"];

/** Asks on both loopback addresses. */
export async function whoIsThere(port: number): Promise<Listener> {
  for (const address of ["127.0.0.1", "[::1]"]) {
    try {
      const response = await fetch(`http://${address}:${port}/health`, { signal: AbortSignal.timeout(2000) });
      const health = (await response.json()) as { app?: unknown; version?: unknown };
      if (health.app === "underpaint") return { kind: "companion", version: String(health.version) };
      return { kind: "stranger" };
    } catch (error) {
      // `fetch` hides the reason in the cause. Silence, or an answer that is not JSON, is somebody too.
      const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
      if (code === undefined || !NOBODY.includes(code)) return { kind: "stranger" };
    }
  }
  return { kind: "nobody" };
}

/** The Problem "port-taken" that a listener is to a companion that wants to start. */
export function portTaken(port: number, listener: Exclude<Listener, { kind: "nobody" }>): Problem {
  return new Problem(
    "port-taken",
    listener.kind === "companion"
      ? `Underpaint ${listener.version} is running already: use that one, or stop it first.`
      : `Another program uses port ${port}, the only one that Figma lets the plugin talk to: stop that program and start again.`,
  );
}
