/** A companion without a model: it knows the pairing, and what it makes of a request the test says. */
import { createServer } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { CLIENT_HEADER, encodeFrame } from "../../shared/codec.ts";
import { FrameReader } from "../../shared/frame-reader.ts";
import { PICTURE, type Task } from "../../shared/job.ts";
import { companionAt, type PairingSecret, proofOf, randomSecret } from "../../shared/pairing.ts";
import { Problem } from "../../shared/problem.ts";
import { type ClientMessage, PROTOCOL_VERSION, type RecommendedModel } from "../../shared/protocol.ts";
import { companion } from "../plugin/ui/fixtures.ts";
import { companionPort } from "./companion-port.ts";

export interface Made {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}
type Make = (task: Task, images: ReadonlyMap<string, Uint8Array>) => Promise<Made>;

/** A Problem that `make` throws is what the job fails with. `more`: what else the companion has; `recommended`: what could be downloaded. */
export async function startStandIn(
  { token }: PairingSecret,
  make: Make,
  more: Partial<typeof companion> = {},
  recommended: readonly RecommendedModel[] = [],
): Promise<() => Promise<void>> {
  const port = await companionPort();
  const health = { app: "underpaint", version: companion.version, protocol: PROTOCOL_VERSION, codeDigits: 6 };
  /** By their hashes: an image is sent once. */
  const kept = new Map<string, Uint8Array>();
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
    const reader = new FrameReader();
    say({ type: "challenge", protocol: PROTOCOL_VERSION, nonce });
    socket.on("message", async (data) => {
      const frame = reader.read(new Uint8Array(data as Buffer), CLIENT_HEADER);
      if (frame === undefined) return;
      const { message, attachments } = frame;
      const said = message as ClientMessage;
      if (said.type === "hello") {
        const proof = proofOf(companionAt(port), { token, nonces: { client: said.nonce, companion: nonce } });
        const { device, models, modelsFolder, addOns, modelProblems, contentFilter, version } = {
          ...companion,
          ...more,
        };
        const known = { device, models, modelsFolder, addOns, modelProblems, contentFilter, version };
        say({ type: "welcome", protocol: PROTOCOL_VERSION, proof, jobs: [], ...known });
        say({ type: "downloads", downloads: [], recommended });
      } else if (said.type === "submit") {
        const { task, jobs, images } = said;
        for (const { name, sha256 } of images) kept.set(sha256, attachments.get(name) ?? kept.get(sha256)!);
        for (const { job } of jobs) {
          say({ type: "queued", job, ahead: 0 });
          const named = new Map(images.map(({ name, sha256 }) => [name, kept.get(sha256)!]));
          try {
            const { bytes, ...size } = await make(task, named);
            const attachment = { name: PICTURE, mediaType: "image/png", ...size };
            const result = { attachments: [attachment], seconds: 0.1, facts: {} };
            say({ type: "done", job, task, result }, new Map([[PICTURE, bytes]]));
          } catch (error) {
            say({ type: "failed", job, problem: Problem.from(error).toJSON() });
          }
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
