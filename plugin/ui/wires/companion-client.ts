import { COMPANION_HEADER, decodeFrame, encodeFrame, piecesOf } from "../../../shared/codec.ts";
import { Problem, type ProblemData } from "../../../shared/problem.ts";
import {
  type ClientMessage,
  type CompanionMessage,
  type Envelope,
  PATH,
  PORT,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  type Welcome,
} from "../../../shared/protocol.ts";
import { parseCompanionMessage } from "../../../shared/validate.ts";
import type { Pairing } from "../../bridge.ts";
import type { Connection } from "./connection.ts";
import { Handshake, type Heard } from "./handshake.ts";
import { type FoundCompanion, probe, type Surroundings } from "./probe.ts";

/** For the whole way from opening the socket to `welcome`, milliseconds. */
export const HANDSHAKE_MS = 3000;
/** Pauses between attempts, milliseconds; the last one repeats. */
export const PAUSES_MS: readonly number[] = [300, 700, 1500, 3000];
/** After a companion that does not know our pairing. Whoever said so has proven nothing: the right one may come back. */
export const UNKNOWN_PAUSE_MS = 30_000;

const NOT_ACCEPTED: ProblemData = {
  code: "protocol-version",
  message: "The companion runs, but did not accept this plugin's connection. Update both to the same version.",
};

export interface CompanionEvents {
  readonly onConnection: (connection: Connection) => void;
  /** Both sides have proven themselves: jobs may be sent and asked for. `pairing`: the id of what they share. */
  readonly onWelcome: (welcome: Welcome, pairing: string) => void;
  readonly onMessage: (envelope: Envelope<CompanionMessage>) => void;
  /** A new pairing to keep, of a companion that knew the code that a person has just typed. */
  readonly onPairing: (pairing: Pairing) => void;
}

interface Attempt {
  /** The six digits, where this attempt pairs. */
  readonly code: string | undefined;
  /** What `/health` told, by whoever is there. */
  readonly found: FoundCompanion;
}

/**
 * The WebSocket to the companion: connects, proves, keeps trying. No image leaves through it before the companion has
 * proven that it knows our token: `send` works only while the connection is ready.
 */
export class CompanionClient {
  readonly #world: Surroundings;
  readonly #events: CompanionEvents;
  readonly #build: string;
  #pairing: Pairing | null = null;
  /** Jobs that were sent under an earlier pairing. */
  #orphans: readonly string[] = [];
  /** Why the last attempt by code or proof was refused. */
  #refused: ProblemData | undefined;
  #socket: WebSocket | undefined;
  #ready = false;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: { world: Surroundings; events: CompanionEvents; build: string }) {
    this.#world = options.world;
    this.#events = options.events;
    this.#build = options.build;
  }

  /** Begins, with the pairing of an earlier day where there is one. */
  start(pairing: Pairing | null): void {
    this.#pairing = pairing;
    void this.#connect();
  }

  /** Tries again at once. */
  retryNow(): void {
    this.#drop();
    this.#attempts = 0;
    this.#events.onConnection({ kind: "connecting" });
    void this.#connect();
  }

  /** Pairs by the six digits that the companion shows. `jobs`: those that were sent under an earlier pairing. */
  pair(code: string, jobs: readonly string[] = []): void {
    this.#drop();
    this.#orphans = jobs;
    this.#refused = undefined;
    void this.#connect(code);
  }

  /** Problem "frame-too-large" where the images are too much for one frame; "internal" while not connected. */
  send(message: ClientMessage, attachments?: ReadonlyMap<string, Uint8Array>): void {
    if (!this.#ready || this.#socket === undefined)
      throw new Problem("internal", "The companion is not connected. Start it, then try again.");
    for (const piece of piecesOf(encodeFrame(message, attachments))) this.#socket.send(piece);
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  async #connect(code?: string): Promise<void> {
    const found = await probe(this.#world);
    if (this.#closed || this.#socket !== undefined) return;
    if (found.kind !== "companion") this.#fail(found);
    else if (found.protocol !== PROTOCOL_VERSION) this.#fail({ kind: "version-mismatch", companion: found.version });
    else if (code === undefined && this.#pairing === null) this.#fail(this.#unpaired(found));
    else this.#open({ code, found });
  }

  #open(attempt: Attempt): void {
    const handshake = new Handshake({
      ...{ build: this.#build, code: attempt.code, pairing: this.#pairing, jobs: this.#orphans },
    });
    const socket = this.#world.openSocket(`ws://localhost:${PORT}${PATH}`, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    const end = (connection: Connection) => {
      clearTimeout(timer);
      if (this.#socket !== socket) return;
      this.#drop();
      this.#fail(connection);
    };
    const timer = setTimeout(() => this.#ready || end({ kind: "wrong-app" }), HANDSHAKE_MS);
    // A socket that the content security policy blocks fires `error` and never `close`: both count as the end.
    socket.onerror = socket.onclose = () => {
      if (this.#ready) end({ kind: "connecting" });
      else end(this.#world.violated() ? { kind: "blocked-by-csp" } : { kind: "refused", problem: NOT_ACCEPTED });
    };
    socket.onmessage = ({ data }) => {
      try {
        const { message, attachments } = decodeFrame(new Uint8Array(data as ArrayBuffer), COMPANION_HEADER);
        const envelope = { message: parseCompanionMessage(message), attachments };
        if (this.#ready) this.#events.onMessage(envelope);
        else this.#proceed(handshake.hear(envelope.message), attempt, end);
      } catch (error) {
        if (this.#ready) throw error;
        end({ kind: "wrong-app" });
      }
    };
  }

  #proceed(heard: Heard, { found }: Attempt, end: (connection: Connection) => void): void {
    if (heard.kind === "answer") this.#socket?.send(encodeFrame(heard.message));
    else if (heard.kind === "refused") end(this.#refusal(heard.problem, found));
    else this.#enter(heard);
  }

  #enter({ welcome, secret, fresh }: Extract<Heard, { kind: "welcome" }>): void {
    this.#pairing = secret;
    this.#refused = undefined;
    this.#orphans = [];
    this.#ready = true;
    this.#attempts = 0;
    if (fresh) this.#events.onPairing(secret);
    this.#events.onConnection({ kind: "ready" });
    this.#events.onWelcome(welcome, secret.pairing);
  }

  /** What is said here is unproven: it is shown, and changes nothing that is kept. */
  #refusal({ code, message }: ProblemData, found: FoundCompanion): Connection {
    if (code === "protocol-version") return { kind: "version-mismatch", companion: found.version };
    if (code !== "unauthorised" && code !== "pairing-code-wrong")
      return { kind: "refused", problem: { code, message } };
    this.#refused = { code, message };
    return this.#unpaired(found);
  }

  #unpaired({ version, codeDigits, invited }: FoundCompanion): Connection {
    return {
      ...{ kind: "unpaired", version, codeDigits },
      ...(invited === true && { invited }),
      ...(this.#refused && { problem: this.#refused }),
    };
  }

  #fail(connection: Connection): void {
    this.#events.onConnection(connection);
    // Nothing is to be gained by asking again until a person did something.
    if (connection.kind === "blocked-by-csp") return;
    const unknown = connection.kind === "unpaired" && this.#pairing !== null;
    const pause = unknown ? UNKNOWN_PAUSE_MS : PAUSES_MS[Math.min(this.#attempts, PAUSES_MS.length - 1)]!;
    this.#attempts += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(), pause);
  }

  #drop(): void {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#ready = false;
    if (socket === undefined) return;
    socket.onerror = socket.onclose = socket.onmessage = null;
    socket.close();
  }
}
