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
  readonly proof?: string;
  readonly pairing?: string;
}
const welcome = (proof: string, more: object = {}) => ({
  ...{ type: "welcome", protocol: PROTOCOL_VERSION, version: "9", proof, modelsFolder: "/m", contentFilter: "off" },
  ...{ models: [], addOns: [], modelProblems: [], jobs: [], ...more },
});
const own = { pairing: "9".repeat(32), token: randomSecret() };

/** What it says after `hello`; `nonce` is the one of its challenge. */
const TRICKS: Record<string, (hello: Hello, nonce: string) => object[]> = {
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
  "an older protocol": () => [{ ...welcome(randomSecret(), own), protocol: 1 }],
  "that the pairing was revoked": () => [
    { type: "refused", problem: { code: "unauthorised", message: "Pair again." } },
  ],
};

/** Every frame that the plugin sent to it, when the plugin has turned away. */
async function squat(trick: (hello: Hello, nonce: string) => object[]): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  let left = false;
  const health = JSON.stringify({ app: "underpaint", version: "9", protocol: PROTOCOL_VERSION, codeDigits: 6 });
  const server = createServer((_, response) =>
    response.writeHead(200, { "content-type": "application/json", "access-control-allow-origin": "*" }).end(health),
  );
  const sockets = new WebSocketServer({ server, handleProtocols: () => "underpaint.v1" });
  sockets.on("connection", (socket: WebSocket) => {
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
  await new Promise<void>((resolve) => server.listen(PORT, "127.0.0.1", resolve));
  await until(() => left);
  for (const socket of sockets.clients) socket.terminate();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return frames;
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
    await companion.stop();

    let gotIn = 0;
    for (const trick of Object.values(TRICKS)) {
      const frames = await squat(trick);
      for (const frame of frames) {
        const { message, attachments } = decodeFrame(frame, CLIENT_HEADER);
        if ((message as { type: string }).type !== "hello" || attachments.size > 0) gotIn += 1;
      }
    }
    const attempts = Object.keys(TRICKS).length;
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
    await until(() => welcomes() > 0);
    const hellos = designer.frames.filter(({ sent, message }) => sent && message.type === "hello");
    expect(hellos.every(({ message }) => typeof message.proof === "string")).toBe(true);
    await designer.close();
    await back.stop();
  }, 120_000);
});
