import { get } from "node:http";
import { Problem } from "../../shared/problem.ts";

/** "nobody" listens on the port, a companion does, or another program. */
export type Listener =
  | { readonly kind: "nobody" | "stranger" }
  | { readonly kind: "companion"; readonly version: string };

/** Milliseconds for an answer. */
const PATIENCE_MS = 2000;
/** What a failed connection says where nobody listens, or where there is no such address. */
const NOBODY = ["ECONNREFUSED", "EADDRNOTAVAIL", "EAFNOSUPPORT", "ENETUNREACH"];

/** Asks on both loopback addresses. */
export async function whoIsThere(port: number): Promise<Listener> {
  const listeners = await Promise.all(["127.0.0.1", "::1"].map((host) => ask(host, port)));
  return listeners.find(({ kind }) => kind !== "nobody") ?? { kind: "nobody" };
}

function ask(host: string, port: number): Promise<Listener> {
  return new Promise((resolve) => {
    // Silence, or an answer that is not ours, is somebody too.
    const options = { host, port, path: "/health", agent: false, signal: AbortSignal.timeout(PATIENCE_MS) };
    const request = get(options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("error", () => resolve({ kind: "stranger" })).on("end", () => resolve(identify(body)));
    });
    request.on("error", ({ code }: NodeJS.ErrnoException) =>
      resolve({ kind: code !== undefined && NOBODY.includes(code) ? "nobody" : "stranger" }),
    );
  });
}

function identify(body: string): Listener {
  try {
    const { app, version } = JSON.parse(body);
    return app === "underpaint" ? { kind: "companion", version: String(version) } : { kind: "stranger" };
  } catch {
    return { kind: "stranger" };
  }
}

/** The Problem "port-taken" that a listener is to a companion that wants to start. */
export function portTaken(port: number, listener: Exclude<Listener, { kind: "nobody" }>): Problem {
  return new Problem(
    "port-taken",
    listener.kind === "companion"
      ? `Underpaint ${listener.version} is running already, at localhost:${port}: use that one, or stop it first.`
      : `Another program uses port ${port}, the only one that Figma lets the plugin talk to: stop that program and start again.`,
  );
}
