import { decodeFrame, encodeFrame } from "../../../shared/codec.ts";
import { proofOf, randomSecret, verifyProof } from "../../../shared/pairing.ts";
import { Problem, type ProblemData } from "../../../shared/problem.ts";
import {
  type Challenge,
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
import { probe, type Surroundings } from "./probe.ts";

/** For the whole way from opening the socket to `welcome`, milliseconds. */
export const HANDSHAKE_MS = 3000;
/** Pauses between attempts, milliseconds; the last one repeats. */
export const PAUSES_MS: readonly number[] = [300, 700, 1500, 3000];

const NOT_ACCEPTED: ProblemData = {
  code: "protocol-version",
  message: "The companion runs, but did not accept this plugin's connection. Update both to the same version.",
};

export interface CompanionEvents {
  readonly onConnection: (connection: Connection) => void;
  /** Both sides have proven themselves: jobs may be sent and asked for. */
  readonly onWelcome: (welcome: Welcome) => void;
  readonly onMessage: (envelope: Envelope<CompanionMessage>) => void;
  /** A new pairing to keep, or null: the kept one is worth nothing any more. */
  readonly onPairing: (pairing: Pairing | null) => void;
}

interface Attempt {
  /** The six digits, where this attempt pairs. */
  readonly code: string | undefined;
  /** The companion's version, as `/health` told it. */
  readonly version: string;
  readonly nonce: string;
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
    void this.#connect(code);
  }

  /** Problem "frame-too-large" where the images are too much for one frame; "internal" while not connected. */
  send(message: ClientMessage, attachments?: ReadonlyMap<string, Uint8Array>): void {
    if (!this.#ready || this.#socket === undefined)
      throw new Problem("internal", "The companion is not connected. Start it, then try again.");
    this.#socket.send(encodeFrame(message, attachments));
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
    else if (code === undefined && this.#pairing === null) this.#fail({ kind: "unpaired", version: found.version });
    else this.#open({ code, version: found.version });
  }

  #open(attempt: Omit<Attempt, "nonce">): void {
    const nonce = randomSecret();
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
        const { message, attachments } = decodeFrame(new Uint8Array(data as ArrayBuffer));
        const envelope = { message: parseCompanionMessage(message), attachments };
        if (this.#ready) this.#events.onMessage(envelope);
        else this.#shakeHands(envelope.message, { ...attempt, nonce }, end);
      } catch (error) {
        if (this.#ready) throw error;
        end({ kind: "wrong-app" });
      }
    };
  }

  #shakeHands(message: CompanionMessage, attempt: Attempt, end: (connection: Connection) => void): void {
    switch (message.type) {
      case "challenge":
        this.#answer(message, attempt);
        break;
      case "welcome":
        this.#enter(message, attempt.nonce);
        break;
      case "refused":
        end(this.#refusal(message.problem, attempt.version));
        break;
      default:
        end({ kind: "wrong-app" });
    }
  }

  #answer({ nonce: theirs }: Challenge, { nonce, code }: Attempt): void {
    const hello = { type: "hello", protocol: PROTOCOL_VERSION, build: this.#build, nonce } as const;
    const pairing = this.#pairing;
    const credentials =
      code !== undefined || pairing === null
        ? { code: code ?? "", jobs: [...this.#orphans] }
        : { pairing: pairing.pairing, proof: proofOf("client", { token: pairing.token, nonce: theirs }) };
    this.#socket?.send(encodeFrame({ ...hello, ...credentials }));
  }

  #enter(welcome: Welcome, nonce: string): void {
    const fresh = welcome.pairing !== undefined && welcome.token !== undefined;
    const pairing = fresh ? { pairing: welcome.pairing!, token: welcome.token! } : this.#pairing;
    if (pairing === null || !verifyProof("companion", welcome.proof, { token: pairing.token, nonce }))
      throw new Problem(
        "unauthorised",
        "The program on the companion's port could not prove that it is your companion.",
      );
    this.#pairing = pairing;
    this.#ready = true;
    this.#attempts = 0;
    if (fresh) this.#events.onPairing(pairing);
    this.#events.onConnection({ kind: "ready" });
    this.#events.onWelcome(welcome);
  }

  #refusal(problem: ProblemData, version: string): Connection {
    const { code, message } = problem;
    if (code === "protocol-version") return { kind: "version-mismatch", companion: version };
    if (code === "unauthorised" && this.#pairing !== null) {
      this.#pairing = null;
      this.#events.onPairing(null);
    }
    if (code === "unauthorised" || code === "pairing-code-wrong" || code === "pairing-locked")
      return { kind: "unpaired", version, problem: { code, message } };
    return { kind: "refused", problem: { code, message } };
  }

  #fail(connection: Connection): void {
    this.#events.onConnection(connection);
    // Nothing is to be gained by asking again until a person did something.
    if (connection.kind === "blocked-by-csp" || (connection.kind === "unpaired" && connection.problem)) return;
    const pause = PAUSES_MS[Math.min(this.#attempts, PAUSES_MS.length - 1)]!;
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
