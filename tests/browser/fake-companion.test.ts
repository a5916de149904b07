/** The built plugin, paired, in a real browser, and a program on its companion's port that tries to be taken for it. */
import { createServer } from "node:http";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { type WebSocket, WebSocketServer } from "ws";
import { type ServedPlayground, servePlayground } from "../../playground/serve.ts";
import { CLIENT_HEADER, decodeFrame, encodeFrame } from "../../shared/codec.ts";
import { beginPairing, proofOf, randomSecret } from "../../shared/pairing.ts";
import { PORT, PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { until } from "../gateway/test-client.ts";
import { tellAttack } from "../trust/attack.ts";
import { createDataFolder, PAIRING_CODE, removeDataFolder, startCompanion } from "./companion-process.ts";
import { type Driver, openPlayground } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { TURN_MS, takeTurn } from "./take-turn.ts";

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;

interface Hello {
  readonly nonce: string;
  readonly share?: string;
  readonly proof?: string;
  readonly pairing?: string;
}
const welcome = (proof: string, more: object = {}) => ({
  ...{ type: "welcome", protocol: PROTOCOL_VERSION, version: "9", proof, modelsFolder: "/m", contentFilter: "off" },
  ...{ models: [], addOns: [], modelProblems: [], jobs: [], ...more },
});
const own = { pairing: "9".repeat(32), token: randomSecret() };

/** What it says after `hello`; `nonce` is the one of its challenge. */
type Trick = (hello: Hello, nonce: string) => object[];

const JOB = "2".repeat(32);
const REVOKED: Trick = () => [{ type: "refused", problem: { code: "unauthorised", message: "Pair again." } }];
const TRICKS: Record<string, Trick> = {
  "a pairing and token of its own": ({ nonce: client }, companion) => [
    welcome(proofOf("companion", { token: own.token, nonces: { client, companion } }), own),
  ],
  "a proof by a token of its own": ({ nonce: client }, companion) => [
    welcome(proofOf("companion", { token: own.token, nonces: { client, companion } })),
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
    const proof = proofOf("companion", { token: key.secret.token, nonces: { client, companion } });
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

/** Every frame that the plugin sent to it, when the plugin has turned away. `onListening`: it is there to be dialled. */
async function squat(trick: Trick, onListening: () => void = () => {}): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  let left = false;
  const close = await listen(PROTOCOL_VERSION, (socket) => {
    const nonce = randomSecret();
    socket.send(encodeFrame({ type: "challenge", protocol: PROTOCOL_VERSION, nonce }));
    socket.on("message", (data) => {
      const frame = new Uint8Array(data as Buffer);
      if (frames.push(frame) > 1) return;
      for (const message of trick(decodeFrame(frame, CLIENT_HEADER).message as Hello, nonce))
        socket.send(encodeFrame(message));
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

/** A program on the companion's port that says it speaks `protocol`. Resolves to how to end it. */
async function listen(protocol: number, onSocket: (socket: WebSocket) => void): Promise<() => Promise<void>> {
  const health = JSON.stringify({ app: "underpaint", version: "9", protocol, codeDigits: 6 });
  const server = createServer((_, response) =>
    response.writeHead(200, { "content-type": "application/json", "access-control-allow-origin": "*" }).end(health),
  );
  const sockets = new WebSocketServer({ server, handleProtocols: () => "underpaint.v1" });
  sockets.on("connection", onSocket);
  await new Promise<void>((resolve) => server.listen(PORT, "127.0.0.1", resolve));
  return async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}

inBrowser(`a fake companion${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let browser: Browser;
  let served: ServedPlayground;
  let designer: Driver;
  const home = createDataFolder();

  let endTurn: (() => void) | undefined;
  beforeAll(async () => {
    if ("missing" in found) return;
    endTurn = await takeTurn();
    browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox"] });
    served = await servePlayground({ root, port: 0 });
  }, TURN_MS);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    removeDataFolder(home);
    endTurn?.();
  });

  test("gets a hello from the paired plugin and nothing more, and the right companion finds its plugin again", async () => {
    const companion = await startCompanion(root, home);
    designer = await openPlayground(browser, { url: served.url });
    const welcomes = () => designer.frames.filter(({ sent, message }) => !sent && message.type === "welcome").length;
    await designer.ui.getByLabel("Pairing code, six digits").fill(PAIRING_CODE);
    await designer.ui.getByText("Nothing selected").waitFor({ timeout: 15_000 });
    const { proof } = designer.frames.find(({ sent, message }) => !sent && message.type === "welcome")!.message;
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
    await designer.ui.getByText("Plugin and companion do not match").waitFor({ timeout: 20_000 });
    await close();
    gotIn += dialled;

    // Rather than waiting until the plugin does so by itself.
    const tryAgain = () =>
      void designer.ui
        .getByRole("button", { name: "Try again" })
        .click({ timeout: 3000 })
        .catch(() => {});
    const paired = { "the companion's own proof, replayed": () => [welcome(proof as string)], ...TRICKS };
    for (const trick of Object.values(paired)) look(await squat(trick, tryAgain), ["hello"]);
    // The designer reads that the pairing was revoked, and types the code to whoever is there.
    for (const [i, trick] of Object.values(TYPED_TRICKS).entries()) {
      if (i > 1) look(await squat(REVOKED, tryAgain), ["hello"]);
      const squatted = squat(trick);
      await designer.ui.getByLabel("Pairing code, six digits").fill(TYPED);
      look(await squatted, ["hello", "pairing-confirm"]);
    }
    const attempts = 1 + Object.keys(paired).length + Object.keys(TYPED_TRICKS).length;
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
    await until(() => welcomes() > 0);
    const hellos = designer.frames.filter(({ sent, message }) => sent && message.type === "hello");
    expect(hellos.every(({ message }) => typeof message.proof === "string")).toBe(true);
    await designer.close();
    await back.stop();
  }, 120_000);
});
