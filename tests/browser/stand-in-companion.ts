/** A companion without a model: it knows the pairing, and what it makes of a request the test says. */
import { createServer } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { CLIENT_HEADER, decodeFrame, encodeFrame } from "../../shared/codec.ts";
import { type PairingSecret, proofOf, randomSecret } from "../../shared/pairing.ts";
import { type ClientMessage, PORT, PROTOCOL_VERSION, type Submit } from "../../shared/protocol.ts";
import { companion } from "../plugin/ui/fixtures.ts";

export interface Made {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}
type Make = (submit: Submit, images: ReadonlyMap<string, Uint8Array>) => Promise<Made>;

export async function startStandIn({ token }: PairingSecret, make: Make): Promise<() => Promise<void>> {
  const health = { app: "underpaint", version: companion.version, protocol: PROTOCOL_VERSION, codeDigits: 6 };
  const server = createServer((_, response) =>
    response
      .writeHead(200, { "content-type": "application/json", "access-control-allow-origin": "*" })
      .end(JSON.stringify(health)),
  );
  const sockets = new WebSocketServer({ server, handleProtocols: () => "underpaint.v1", maxPayload: 2 ** 30 });
  sockets.on("connection", (socket: WebSocket) => {
    const nonce = randomSecret();
    const say = (message: object, attachments = new Map<string, Uint8Array>()) =>
      socket.send(encodeFrame(message, attachments));
    say({ type: "challenge", protocol: PROTOCOL_VERSION, nonce });
    socket.on("message", async (data) => {
      const { message, attachments } = decodeFrame(new Uint8Array(data as Buffer), CLIENT_HEADER);
      const said = message as ClientMessage;
      if (said.type === "hello") {
        const proof = proofOf("companion", { token, nonces: { client: said.nonce, companion: nonce } });
        const { device, models, modelsFolder, addOns, modelProblems, contentFilter, version } = companion;
        const known = { device, models, modelsFolder, addOns, modelProblems, contentFilter, version };
        say({ type: "welcome", protocol: PROTOCOL_VERSION, proof, jobs: [], ...known });
      } else if (said.type === "submit") {
        const { job, request } = said;
        say({ type: "queued", job, ahead: 0 });
        const { bytes, ...size } = await make(said, attachments);
        say({ type: "done", job, ...size, seconds: 0.1, tokens: 1, request }, new Map([["image", bytes]]));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(PORT, "127.0.0.1", resolve));
  return async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
