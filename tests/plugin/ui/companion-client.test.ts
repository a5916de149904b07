import {
  CompanionClient,
  type CompanionEvents,
  HANDSHAKE_MS,
  UNKNOWN_PAUSE_MS,
} from "../../../plugin/ui/wires/companion-client.ts";
import type { Connection } from "../../../plugin/ui/wires/connection.ts";
import type { Surroundings } from "../../../plugin/ui/wires/probe.ts";
import { CLIENT_HEADER, decodeFrame, encodeFrame } from "../../../shared/codec.ts";
import {
  beginPairing,
  companionAt,
  type PairingSecret,
  proofOf,
  randomSecret,
  verifyProof,
} from "../../../shared/pairing.ts";
import {
  type ClientMessage,
  type CompanionMessage,
  type Hello,
  PORT,
  PROTOCOL_VERSION,
  type Welcome,
} from "../../../shared/protocol.ts";
import { parseClientMessage } from "../../../shared/validate.ts";

const TOKEN = "ab".repeat(32);
const NONCE = "cd".repeat(32);
const PAIRING = { pairing: "1".repeat(32), token: TOKEN };

/** A socket whose other end the test holds. */
class FakeSocket {
  binaryType = "";
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: ClientMessage[] = [];
  closed = false;

  send(frame: Uint8Array) {
    this.sent.push(parseClientMessage(decodeFrame(frame, CLIENT_HEADER).message));
  }
  close() {
    this.closed = true;
  }
  say(message: CompanionMessage) {
    this.onmessage?.({ data: encodeFrame(message).buffer });
  }
  challenge() {
    this.say({ type: "challenge", protocol: PROTOCOL_VERSION, nonce: NONCE });
  }
  get hello() {
    return this.sent[0] as Hello;
  }
  get nonces() {
    return { client: this.hello.nonce, companion: NONCE };
  }
  /** Pairs as a companion that shows `code`; what it shares with the plugin then. */
  pair(code: string): PairingSecret {
    const exchange = beginPairing("companion", { code, nonces: this.nonces });
    const { confirmation, secret } = exchange.finish(this.hello.share!)!;
    this.say({ type: "pairing-share", share: exchange.share });
    this.say({ type: "pairing-confirm", confirmation });
    return secret;
  }
  welcome(change: Partial<Welcome> = {}, token = TOKEN) {
    const proof = proofOf(companionAt(PORT), { token, nonces: this.nonces });
    const lists = { models: [], addOns: [], modelProblems: [], jobs: [] };
    const rest = { protocol: PROTOCOL_VERSION, version: "9", modelsFolder: "/m", contentFilter: "off" } as const;
    this.say({ type: "welcome", proof, ...rest, ...lists, ...change });
  }
}

interface World extends Surroundings {
  readonly sockets: FakeSocket[];
}

const HEALTH = { app: "underpaint", version: "9", protocol: PROTOCOL_VERSION, codeDigits: 6 };
const world = (change: Partial<Surroundings> = {}): World => {
  const sockets: FakeSocket[] = [];
  return {
    sockets,
    fetch: async () => Response.json(HEALTH),
    openSocket: () => {
      sockets.push(new FakeSocket());
      return sockets.at(-1) as unknown as WebSocket;
    },
    violated: () => false,
    loopbackPermission: async () => "unknown",
    ...change,
  };
};
const off = async () => {
  throw new TypeError("Failed to fetch");
};

let client: CompanionClient;
let connections: Connection[];
let events: jest.Mocked<CompanionEvents>;

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  client.close();
  jest.useRealTimers();
});

async function start(surroundings: Surroundings, pairing: typeof PAIRING | null = PAIRING): Promise<void> {
  connections = [];
  events = {
    onConnection: jest.fn((connection) => void connections.push(connection)),
    onWelcome: jest.fn(),
    onMessage: jest.fn(),
    onPairing: jest.fn(),
  };
  client = new CompanionClient({ world: surroundings, events, build: "test" });
  client.start(pairing);
  await settle();
}
const settle = () => jest.advanceTimersByTimeAsync(0);
const kind = () => connections.at(-1)?.kind;

test.each<[string, Partial<Surroundings>, Connection["kind"]]>([
  ["nothing answers", { fetch: off }, "off"],
  [
    "nothing answers and the browser forbids it",
    { fetch: off, loopbackPermission: async () => "denied" },
    "blocked-by-browser",
  ],
  ["the manifest forbids it", { fetch: off, violated: () => true }, "blocked-by-csp"],
  ["another program answers", { fetch: async () => new Response("<html>") }, "wrong-app"],
  ["another version answers", { fetch: async () => Response.json({ ...HEALTH, protocol: 1 }) }, "version-mismatch"],
])("CompanionClient tells when %s", async (_what, change, expected) => {
  const surroundings = world(change);
  await start(surroundings);
  expect(kind()).toBe(expected);
  expect(surroundings.sockets).toHaveLength(0);
});

test("CompanionClient asks for the code where there is no pairing", async () => {
  const surroundings = world();
  await start(surroundings, null);
  expect(connections.at(-1)).toEqual({ kind: "unpaired", version: "9", codeDigits: 6 });
  expect(surroundings.sockets).toHaveLength(0);
});

test("CompanionClient tells whom a studio asked in from who has typed wrong codes", async () => {
  await start(world({ fetch: async () => Response.json({ ...HEALTH, codeDigits: 9, invited: true }) }), null);
  expect(connections.at(-1)).toEqual({ kind: "unpaired", version: "9", codeDigits: 9, invited: true });
});

test("CompanionClient proves itself, checks the companion's proof, and is ready", async () => {
  const surroundings = world();
  await start(surroundings);
  const [socket] = surroundings.sockets;
  socket!.challenge();
  const { pairing, proof } = socket!.hello;
  expect(pairing).toBe(PAIRING.pairing);
  expect(verifyProof("client", proof!, { token: TOKEN, nonces: socket!.nonces })).toBe(true);
  socket!.welcome();
  expect(kind()).toBe("ready");
  expect(events.onWelcome).toHaveBeenCalledTimes(1);
  client.send({ type: "list-models" });
  expect(socket!.sent.at(-1)).toEqual({ type: "list-models" });
});

test("CompanionClient sends nothing to a program that can't prove itself", async () => {
  const surroundings = world();
  await start(surroundings);
  surroundings.sockets[0]!.challenge();
  surroundings.sockets[0]!.welcome({}, "00".repeat(32));
  expect(kind()).toBe("wrong-app");
  expect(events.onWelcome).not.toHaveBeenCalled();
  expect(() => client.send({ type: "list-models" })).toThrow("not connected");
  expect(surroundings.sockets[0]!.closed).toBe(true);
});

test("CompanionClient pairs by code and hands the pairing out to be kept", async () => {
  const surroundings = world();
  await start(surroundings, null);
  const jobs = ["2".repeat(32)];
  client.pair("417052", jobs);
  await settle();
  const [socket] = surroundings.sockets;
  socket!.challenge();
  expect(socket!.hello.proof).toBe(undefined);
  expect(JSON.stringify(socket!.sent)).not.toContain("417052");
  const secret = socket!.pair("417052");
  expect(socket!.sent.slice(1)).toEqual([
    { type: "pairing-confirm", confirmation: expect.any(String) },
    { type: "pairing-jobs", jobs },
  ]);
  expect(events.onPairing).not.toHaveBeenCalled();
  socket!.welcome({}, secret.token);
  expect(kind()).toBe("ready");
  expect(events.onPairing).toHaveBeenCalledWith(secret);
  expect(events.onWelcome).toHaveBeenCalledWith(expect.anything(), secret.pairing);
});

test("CompanionClient shows why a code was refused and waits for another", async () => {
  const surroundings = world();
  await start(surroundings, null);
  client.pair("000000");
  await settle();
  surroundings.sockets[0]!.challenge();
  const problem = { code: "pairing-code-wrong", message: "That is not the code." } as const;
  surroundings.sockets[0]!.say({ type: "refused", problem });
  expect(connections.at(-1)).toEqual({ kind: "unpaired", version: "9", codeDigits: 6, problem });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(surroundings.sockets).toHaveLength(1);
  client.pair("417052");
  await settle();
  expect(surroundings.sockets).toHaveLength(2);
});

test("CompanionClient keeps its pairing whatever an unproven program says, and asks again", async () => {
  const surroundings = world();
  await start(surroundings);
  surroundings.sockets[0]!.challenge();
  surroundings.sockets[0]!.say({ type: "refused", problem: { code: "unauthorised", message: "Not paired." } });
  expect(kind()).toBe("unpaired");
  expect(events.onPairing).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(UNKNOWN_PAUSE_MS);
  surroundings.sockets[1]!.challenge();
  expect(surroundings.sockets[1]!.hello.pairing).toBe(PAIRING.pairing);
  surroundings.sockets[1]!.welcome();
  expect(kind()).toBe("ready");
});

/** What a program that squats on the port may try on a plugin that is paired (no code), or on one where a code is typed. */
const TRICKS: Record<string, (socket: FakeSocket) => void> = {
  "a welcome without a challenge": (socket) => socket.say(welcomeOf("00".repeat(32))),
  "a welcome that brings its own pairing and token": (socket) => {
    socket.challenge();
    const own = { pairing: "9".repeat(32), token: "ef".repeat(32) };
    socket.say({ ...welcomeOf(proofOf(companionAt(PORT), { token: own.token, nonces: socket.nonces })), ...own });
  },
  "a welcome proven with a token of its own": (socket) => {
    socket.challenge();
    socket.welcome({}, "ef".repeat(32));
  },
  "a welcome proven with no token": (socket) => {
    socket.challenge();
    socket.welcome({}, "00".repeat(32));
  },
  "the plugin's own proof, reflected": (socket) => {
    socket.challenge();
    socket.say(welcomeOf(socket.hello.proof ?? "00".repeat(32)));
  },
  "a proof of an earlier connection": (socket) => {
    socket.challenge();
    const nonces = { client: randomSecret(), companion: NONCE };
    socket.say(welcomeOf(proofOf(companionAt(PORT), { token: TOKEN, nonces })));
  },
  "the right proof, passed on from a companion on another port": (socket) => {
    socket.challenge();
    socket.say(welcomeOf(proofOf(companionAt(50_000), { token: TOKEN, nonces: socket.nonces })));
  },
  "a second challenge": (socket) => {
    socket.challenge();
    socket.challenge();
  },
  "pairing with a code that it guesses": (socket) => {
    socket.challenge();
    const exchange = beginPairing("companion", { code: "000000", nonces: socket.nonces });
    socket.say({ type: "pairing-share", share: exchange.share });
    const key = socket.hello.share && exchange.finish(socket.hello.share);
    socket.say({ type: "pairing-confirm", confirmation: key ? key.confirmation : "00".repeat(32) });
    socket.welcome({}, key ? key.secret.token : TOKEN.replace("a", "b"));
  },
  "the plugin's own share and confirmation, reflected": (socket) => {
    socket.challenge();
    socket.say({ type: "pairing-share", share: socket.hello.share ?? `04${"0".repeat(128)}` });
    const confirm = socket.sent.find((message) => message.type === "pairing-confirm");
    socket.say(confirm ?? { type: "pairing-confirm", confirmation: "00".repeat(32) });
    socket.say(welcomeOf("00".repeat(32)));
  },
  "a share that is no point": (socket) => {
    socket.challenge();
    socket.say({ type: "pairing-share", share: `04${"0".repeat(128)}` });
  },
  "the answers of an older protocol": (socket) => {
    socket.say({ type: "challenge", protocol: 1, nonce: NONCE });
    socket.say({ ...welcomeOf("00".repeat(32)), protocol: 1, token: TOKEN, pairing: PAIRING.pairing } as Welcome);
  },
  "a job's end before the welcome": (socket) => {
    socket.challenge();
    socket.say({ type: "cancelled", job: "2".repeat(32) });
  },
  "a list of models before the welcome": (socket) => {
    socket.challenge();
    socket.say({ type: "models", models: [], addOns: [], modelProblems: [] });
  },
  refused: (socket) => {
    socket.challenge();
    socket.say({ type: "refused", problem: { code: "unauthorised", message: "Pair again." } });
  },
};
const welcomeOf = (proof: string): Welcome => ({
  ...{ type: "welcome", protocol: PROTOCOL_VERSION, version: "9", proof, modelsFolder: "/m", contentFilter: "off" },
  ...{ models: [], addOns: [], modelProblems: [], jobs: [] },
});
const JOBS = ["2".repeat(32)];

test.each(Object.keys(TRICKS).flatMap((trick) => ["paired", "typed"].map((state) => [trick, state] as const)))(
  "CompanionClient does not fall for %s (%s)",
  async (trick, state) => {
    const surroundings = world();
    await start(surroundings);
    if (state === "typed") client.pair("417052", JOBS);
    await settle();
    TRICKS[trick]!(surroundings.sockets.at(-1)!);
    expect(kind()).not.toBe("ready");
    expect(events.onPairing).not.toHaveBeenCalled();
    expect(events.onWelcome).not.toHaveBeenCalled();
    expect(events.onMessage).not.toHaveBeenCalled();
    expect(() => client.send({ type: "list-models" })).toThrow("not connected");
    const said = surroundings.sockets.flatMap(({ sent }) => sent);
    expect(said.every(({ type }) => type === "hello" || type === "pairing-confirm")).toBe(true);
    for (const secret of [TOKEN, "417052", ...JOBS]) expect(JSON.stringify(said)).not.toContain(secret);
    // The right companion still has its plugin.
    client.retryNow();
    await settle();
    surroundings.sockets.at(-1)!.challenge();
    surroundings.sockets.at(-1)!.welcome();
    expect(kind()).toBe("ready");
    expect(events.onPairing).not.toHaveBeenCalled();
  },
);

test("CompanionClient gives a silent program three seconds", async () => {
  const surroundings = world();
  await start(surroundings);
  await jest.advanceTimersByTimeAsync(HANDSHAKE_MS - 1);
  expect(kind()).toBe(undefined);
  await jest.advanceTimersByTimeAsync(1);
  expect(kind()).toBe("wrong-app");
});

test("CompanionClient takes `error` without `close` for the end, as a blocked socket fires it", async () => {
  let violated = false;
  const surroundings = world({ violated: () => violated });
  await start(surroundings);
  violated = true;
  surroundings.sockets[0]!.onerror?.();
  expect(kind()).toBe("blocked-by-csp");
});

test("CompanionClient takes garbage in the handshake for another program", async () => {
  const surroundings = world();
  await start(surroundings);
  surroundings.sockets[0]!.onmessage?.({ data: new TextEncoder().encode("hello").buffer });
  expect(kind()).toBe("wrong-app");
});

test("CompanionClient comes back by itself, more and more patiently", async () => {
  let answers = false;
  const surroundings = world({ fetch: async () => (answers ? Response.json(HEALTH) : off()) });
  await start(surroundings);
  await jest.advanceTimersByTimeAsync(10_000);
  const attempts = connections.length;
  expect(attempts).toBeGreaterThan(3);
  expect(attempts).toBeLessThan(8);
  answers = true;
  await jest.advanceTimersByTimeAsync(3_000);
  expect(surroundings.sockets).toHaveLength(1);
});

test("CompanionClient reconnects after the companion went away", async () => {
  const surroundings = world();
  await start(surroundings);
  surroundings.sockets[0]!.challenge();
  surroundings.sockets[0]!.welcome();
  surroundings.sockets[0]!.onclose?.();
  expect(kind()).toBe("connecting");
  await jest.advanceTimersByTimeAsync(1_000);
  surroundings.sockets[1]!.challenge();
  surroundings.sockets[1]!.welcome();
  expect(kind()).toBe("ready");
  expect(events.onWelcome).toHaveBeenCalledTimes(2);
});
