import WebSocket from "ws";
import { COMPANION_HEADER, decodeFrame, encodeFrame, piecesOf } from "../../../shared/codec.ts";
import { proofOf, randomSecret } from "../../../shared/pairing.ts";
import {
  type ClientMessage,
  type CompanionMessage,
  PATH,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
} from "../../../shared/protocol.ts";
import { parseCompanionMessage } from "../../../shared/validate.ts";
import type { RunningCompanion } from "./companion-process.ts";

type Of<T extends CompanionMessage["type"]> = Extract<CompanionMessage, { readonly type: T }>;

/** A plugin's end of the wire, over a real socket. */
export class PluginClient {
  readonly #socket: WebSocket;
  readonly #listeners = new Set<(message: CompanionMessage) => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const { message } = decodeFrame(new Uint8Array(data as Buffer), COMPANION_HEADER);
      for (const listener of [...this.#listeners]) listener(parseCompanionMessage(message));
    });
  }

  /** Paired, and welcome. */
  static async connect({ port, pairing, token }: RunningCompanion): Promise<PluginClient> {
    const headers = { origin: "null" };
    const client = new PluginClient(new WebSocket(`ws://localhost:${port}${PATH}`, SUBPROTOCOL, { headers }));
    const { nonce: companion } = await client.next("challenge");
    const nonce = randomSecret();
    const proof = proofOf("client", { token, nonces: { client: nonce, companion } });
    const welcome = client.next("welcome");
    client.send({ type: "hello", protocol: PROTOCOL_VERSION, build: "bench", nonce, pairing, proof });
    await welcome;
    return client;
  }

  send(message: ClientMessage, attachments?: ReadonlyMap<string, Uint8Array>): void {
    for (const piece of piecesOf(encodeFrame(message, attachments))) this.#socket.send(piece);
  }

  /** The next message of that type; rejects where the companion says that it failed, or leaves. */
  next<T extends CompanionMessage["type"]>(type: T): Promise<Of<T>> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#listeners.delete(hear);
        this.#socket.off("close", leave);
      };
      const leave = () => {
        end();
        reject(new Error(`The companion closed the connection before "${type}" came.`));
      };
      const hear = (message: CompanionMessage) => {
        if (message.type === type) {
          end();
          resolve(message as Of<T>);
        } else if (message.type === "failed" || message.type === "rejected" || message.type === "refused") {
          end();
          reject(new Error(message.problem.message));
        }
      };
      this.#listeners.add(hear);
      this.#socket.on("close", leave);
    });
  }

  close(): void {
    this.#socket.close();
  }
}
