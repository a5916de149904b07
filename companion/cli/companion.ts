/** The composition root of a running companion: gateway and work, wired together. */
import { mkdirSync } from "node:fs";
import { Problem } from "../../shared/problem.ts";
import type { Config } from "../config.ts";
import { Guesses } from "../gateway/guesses.ts";
import type { Host } from "../gateway/host.ts";
import { Invitations } from "../gateway/invitations.ts";
import { PairingCode } from "../gateway/pairing-code.ts";
import { Pairings } from "../gateway/pairings.ts";
import { openGateway, STUDIO_CLIENTS, type TlsListener } from "../gateway/server.ts";
import { History } from "../history/history.ts";
import { packageVersion } from "../root.ts";
import { openOwnWork } from "./own-work.ts";
import type { RedisAddress } from "./redis-address.ts";
import type { CompanionEvent } from "./work.ts";

export interface CompanionOptions {
  readonly onEvent: (event: CompanionEvent) => void;
  /** For tests: every pairing code is this one. */
  readonly code?: string;
  /** The work is done by a studio's workers. Absent: by this machine. */
  readonly redis?: RedisAddress;
  /** Where plugins of other machines come in. Absent: nowhere. */
  readonly tls?: TlsListener | undefined;
}

export interface Companion {
  readonly version: string;
  readonly port: number;
  readonly tlsPort: number | undefined;
  readonly host: Host;
  close(): Promise<void>;
}

/** Throws Problem "port-taken", "data-in-use", "data-newer", "data-not-writable", "disk-full". */
export async function openCompanion(
  config: Config,
  { onEvent, code, redis, tls }: CompanionOptions,
): Promise<Companion> {
  const version = packageVersion();
  for (const folder of [config.home, config.modelsFolders[0]]) makeFolder(folder);
  const pairings = new Pairings(config.pairingsFile);
  // Loaded when it is asked for: the queue between machines brings much that one machine does not need.
  const work = redis
    ? (await import("./team-work.ts")).openTeamWork(redis, {
        ...{ pairings, version, onEvent },
        contentFilter: config.contentFilter,
      })
    : await openOwnWork(config, onEvent);
  const { start, close: closeWork, ...parts } = work;
  const host: Host = {
    ...parts,
    version,
    history: new History(config.historyFolder, { budgetBytes: config.historyBytes }),
    pairings,
    code: new PairingCode({
      onChange: (state) => onEvent({ type: "code", state }),
      fixed: code,
      guesses: new Guesses(config.guessesFile),
      invitations: new Invitations(config.invitationFile),
    }),
    onEvent,
  };
  const stop = async () => {
    host.code.close();
    await closeWork();
  };
  try {
    const gateway = await openGateway(host, config.port, { tls, ...(redis && { mostClients: STUDIO_CLIENTS }) });
    start();
    const close = async () => {
      await Promise.all([gateway.close(), stop()]);
    };
    return { version, port: gateway.port, tlsPort: gateway.tlsPort, host, close };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Throws Problem "disk-full", "data-not-writable". */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC") throw new Problem("disk-full", `The disk of "${folder}" is full: free some space.`);
    throw new Problem(
      "data-not-writable",
      `Cannot make the folder "${folder}" (${code}): check who owns the folder above it.`,
    );
  }
}
