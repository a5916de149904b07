/** The built plugin, paired, in a real browser, and a program on its companion's port that tries to be taken for it. */
import { createServer } from "node:http";
import path from "node:path";
import { WebSocket, WebSocketServer } from "ws";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { CLIENT_HEADER, decodeFrame, encodeFrame } from "../../shared/codec.ts";
import { beginPairing, companionAt, proofOf, randomSecret } from "../../shared/pairing.ts";
import { MAX_FRAME_BYTES, PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { until } from "../gateway/test-client.ts";
import { tellAttack } from "../trust/attack.ts";
import { companionPort } from "./companion-port.ts";
import { createDataFolder, PAIRING_CODE, removeDataFolder, startCompanion } from "./companion-process.ts";
import type { Driver } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { openStage, type Stage } from "./open-stage.ts";

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;

const SETTINGS = { ...DEFAULT_SETTINGS, count: 1, steps: 30, seed: 7, seedLocked: true };

interface Hello {
  readonly nonce: string;
  readonly share?: string;
  readonly proof?: string;
  readonly pairing?: string;
}
const FAKE_VERSION = "9";
const welcome = (proof: string, more: object = {}) => ({
  ...{ type: "welcome", protocol: PROTOCOL_VERSION, version: FAKE_VERSION, proof, modelsFolder: "/m" },
  ...{ contentFilter: "off", models: [], addOns: [], modelProblems: [], jobs: [], ...more },
});
const own = { pairing: "9".repeat(32), token: randomSecret() };

/** The plugin's, where the fake listens. */
let port: number;

/** What it says after `hello`, messages or frames; `nonce` is the one of its challenge. */
type Trick = (hello: Hello, nonce: string) => (object | Uint8Array)[];

const JOB = "2".repeat(32);
const PICTURE = { name: "image", mediaType: "image/png", width: 8, height: 8 };
const done = (bytes: Uint8Array) => {
  const task = { kind: "generate", request: { prompt: "", seed: 1 } };
  const message = { type: "done", job: JOB, task, result: { attachments: [PICTURE], seconds: 1, facts: {} } };
  return encodeFrame(message, new Map([["image", bytes]]));
};
const REVOKED: Trick = () => [{ type: "refused", problem: { code: "unauthorised", message: "Pair again." } }];
const TRICKS: Record<string, Trick> = {
  "a pairing and token of its own": ({ nonce: client }, companion) => [
    welcome(proofOf(companionAt(port), { token: own.token, nonces: { client, companion } }), own),
  ],
  "a proof by a token of its own": ({ nonce: client }, companion) => [
    welcome(proofOf(companionAt(port), { token: own.token, nonces: { client, companion } })),
  ],
  "the plugin's own proof": ({ proof }) => [welcome(proof!)],
  "another pairing exchange": ({ nonce: client }, companion) => {
    const { share } = beginPairing("companion", { code: "000000", nonces: { client, companion } });
    return [
      { type: "pairing-share", share },
      { type: "pairing-confirm", confirmation: randomSecret() },
    ];
  },
  "a share with the pairing's own welcome": ({ nonce: client }, companion) => {
    const { share } = beginPairing("companion", { code: "000000", nonces: { client, companion } });
    return [{ type: "pairing-share", share }, welcome(randomSecret())];
  },
  "two welcomes": () => [welcome("00".repeat(32)), welcome("00".repeat(32))],
  "a second challenge": (_, nonce) => [{ type: "challenge", protocol: PROTOCOL_VERSION, nonce }],
  "that images are missing, before any proof": () => [{ type: "missing", jobs: [JOB], images: ["image"] }],
  "a list of models and a job's end, before any proof": () => [
    { type: "models", models: [], addOns: [], modelProblems: [] },
    { type: "cancelled", job: JOB },
  ],
  "a picture that nobody asked for, before any proof": () => [done(new Uint8Array(1000))],
  "a picture of sixty megabytes, and more than a frame may have": () => [
    done(new Uint8Array(60 * 2 ** 20)),
    new Uint8Array(MAX_FRAME_BYTES + 1),
  ],
  "a challenge of an older protocol, and the welcome of its time": () => [
    { type: "challenge", protocol: 1, nonce: "0".repeat(64) },
    { ...welcome(randomSecret()), protocol: 1 },
  ],
  "what is no message": () => [{ type: "give-me-everything" }],
  "an older protocol": () => [{ ...welcome(randomSecret(), own), protocol: 1 }],
  "that the pairing was revoked": REVOKED,
};

/** What it says where a person has typed the digits that the right companion once showed. */
const TYPED_TRICKS: Record<string, Trick> = {
  "that the code was wrong": () => [{ type: "refused", problem: { code: "pairing-code-wrong", message: "Wrong." } }],
  "an exchange with a code that it guesses": ({ nonce: client, share: theirs }, companion) => {
    const exchange = beginPairing("companion", { code: "000000", nonces: { client, companion } });
    const key = exchange.finish(theirs!)!;
    const proof = proofOf(companionAt(port), { token: key.secret.token, nonces: { client, companion } });
    return [
      { type: "pairing-share", share: exchange.share },
      { type: "pairing-confirm", confirmation: key.confirmation },
      welcome(proof),
    ];
  },
  "the plugin's own share": ({ share }) => [
    { type: "pairing-share", share },
    { type: "pairing-confirm", confirmation: randomSecret() },
  ],
  "a share that is no point": () => [{ type: "pairing-share", share: `04${"0".repeat(128)}` }],
  "a welcome without an exchange": () => [welcome(randomSecret(), own)],
};
const TYPED = "417052";

/**
 * Every frame that the plugin sent to it, when the plugin has turned away. `onListening`: it is there to be dialled. `nonce`: of
 * its challenge, where it is not a fresh one.
 */
async function squat(trick: Trick, onListening: () => void = () => {}, nonce = randomSecret()): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  let left = false;
  const close = await listen(PROTOCOL_VERSION, (socket) => {
    socket.send(encodeFrame({ type: "challenge", protocol: PROTOCOL_VERSION, nonce }));
    socket.on("message", (data) => {
      const frame = new Uint8Array(data as Buffer);
      if (frames.push(frame) > 1) return;
      for (const message of trick(decodeFrame(frame, CLIENT_HEADER).message as Hello, nonce))
        socket.send(message instanceof Uint8Array ? message : encodeFrame(message));
    });
    socket.on("close", () => {
      left = frames.length > 0;
    });
  });
  onListening();
  await until(() => left);
  await close();
  return frames;
}

/** As `squat`, but it passes everything on between the plugin and the right companion, which listens on `right`. */
async function passOn(right: number, onListening: () => void = () => {}): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  let left = false;
  const close = await listen(PROTOCOL_VERSION, (socket) => {
    const far = new WebSocket(`ws://localhost:${right}/v1`, "underpaint.v1", { headers: { origin: "null" } });
    const opened = new Promise((resolve) => far.once("open", resolve));
    // It is ended before it is open where the plugin turns away at once.
    far.on("error", () => {});
    far.on("message", (data) => socket.send(data));
    socket.on("message", (data) => {
      frames.push(new Uint8Array(data as Buffer));
      void opened.then(() => far.send(data));
    });
    socket.on("close", () => {
      far.terminate();
      left = frames.length > 0;
    });
  });
  onListening();
  await until(() => left);
  await close();
  return frames;
}

/** A program on the companion's port that says it speaks `protocol`. Resolves to how to end it. */
async function listen(protocol: number, onSocket: (socket: WebSocket) => void): Promise<() => Promise<void>> {
  const health = JSON.stringify({ app: "underpaint", version: FAKE_VERSION, protocol, codeDigits: 6 });
  const server = createServer((_, response) =>
    response.writeHead(200, { "content-type": "application/json", "access-control-allow-origin": "*" }).end(health),
  );
  const sockets = new WebSocketServer({ server, handleProtocols: () => "underpaint.v1" });
  sockets.on("connection", onSocket);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}

inBrowser(`a fake companion${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let stage: Stage | undefined;
  let designer: Driver;
  const home = createDataFolder();

  beforeAll(async () => {
    if ("missing" in found) return;
    port = await companionPort();
    stage = await openStage({ root, path: found.path, settings: SETTINGS });
    ({ designer } = stage);
  });
  afterAll(async () => {
    await stage?.close();
    removeDataFolder(home);
  });

  test("gets a hello from the paired plugin and nothing more, and the right companion finds its plugin again", async () => {
    const companion = await startCompanion(root, home);
    // A fake one's is of another version, and may be told of late.
    const welcomeAt = () =>
      designer.frames.findIndex(({ message }) => message.type === "welcome" && message.version !== FAKE_VERSION);
    await designer.ui.getByLabel("Pairing code, six digits").fill(PAIRING_CODE);
    await designer.ui.getByText("Nothing selected").waitFor();
    const { message: welcomed } = designer.frames.find(({ sent, message }) => !sent && message.type === "welcome")!;
    const { message: challenged } = designer.frames.find(({ sent, message }) => !sent && message.type === "challenge")!;
    const session = designer.frames.filter(({ sent }) => !sent).map(({ message }) => message);
    await companion.stop();

    let gotIn = 0;
    const look = (frames: readonly Uint8Array[], allowed: readonly string[]) => {
      for (const frame of frames) {
        const { message, attachments } = decodeFrame(frame, CLIENT_HEADER);
        const { type } = message as { type: string };
        if (!allowed.includes(type) || attachments.size > 0) gotIn += 1;
        if (JSON.stringify(message).includes(TYPED)) gotIn += 1;
      }
    };
    // One that says it is older is not spoken to at all.
    let dialled = 0;
    const close = await listen(PROTOCOL_VERSION - 1, () => {
      dialled += 1;
    });
    await designer.ui.getByText("Plugin and companion do not match").waitFor();
    await close();
    gotIn += dialled;

    // Rather than waiting until the plugin does so by itself.
    const tryAgain = () =>
      void designer.ui
        .getByRole("button", { name: "Try again" })
        .click({ timeout: 3000 })
        .catch(() => {});
    const replayed = () => session.filter(({ type }) => type !== "challenge");
    look(await squat(replayed, tryAgain, challenged.nonce as string), ["hello"]);
    const elsewhere = await startCompanion(root, home, ["--port", "0"]);
    const right = Number(/localhost:(\d+)/.exec(elsewhere.said())![1]);
    look(await passOn(right, tryAgain), ["hello"]);
    await elsewhere.stop();
    const paired = { "the companion's own proof, replayed": () => [welcome(welcomed.proof as string)], ...TRICKS };
    for (const trick of Object.values(paired)) look(await squat(trick, tryAgain), ["hello"]);
    // The designer reads that the pairing was revoked, and types the code to whoever is there.
    for (const [i, trick] of Object.values(TYPED_TRICKS).entries()) {
      if (i > 1) look(await squat(REVOKED, tryAgain), ["hello"]);
      const squatted = squat(trick);
      await designer.ui.getByLabel("Pairing code, six digits").fill(TYPED);
      look(await squatted, ["hello", "pairing-confirm"]);
    }
    const attempts = 3 + Object.keys(paired).length + Object.keys(TYPED_TRICKS).length;
    tellAttack({
      promise: "a fake companion gets no pixel",
      test: expect.getState().currentTestName!,
      attempts,
      gotIn,
      figure: "built plugin",
    });
    expect(gotIn).toBe(0);

    designer.frames.length = 0;
    const back = await startCompanion(root, home);
    tryAgain();
    await until(() => welcomeAt() >= 0);
    // What the last fake heard may be told of late, too: the hello that was answered counts.
    const types = designer.frames.map(({ message }) => message.type);
    const answered = designer.frames[types.lastIndexOf("hello", welcomeAt())]!;
    expect(typeof answered.message.proof).toBe("string");
    await back.stop();
  });

  test("gets no picture that waits for the right companion, and that one finishes it", async () => {
    const companion = await startCompanion(root, home);
    const { ui } = designer;
    await ui.getByText("Nothing selected").waitFor();
    await designer.select("Rocket");
    await ui.locator("#prompt").fill("rocket");
    await ui.locator("footer button.primary:enabled", { hasText: "Generate" }).click();
    await until(() => designer.frames.some(({ message }) => message.type === "progress"));
    await companion.kill();
    const tricks = ["a pairing and token of its own", "a picture that nobody asked for, before any proof"] as const;
    for (const name of tricks)
      for (const frame of await squat(TRICKS[name]!))
        expect((decodeFrame(frame, CLIENT_HEADER).message as { type: string }).type).toBe("hello");
    const back = await startCompanion(root, home);
    await ui.locator("footer button.primary:enabled", { hasText: /^Place/ }).waitFor();
    await back.stop();
  });
});
