/** A plugin's end of the wire over a real WebSocket, as its iframe connects. */
import WebSocket from "ws";
import { COMPANION_HEADER, decodeFrame, encodeFrame, piecesOf } from "../../shared/codec.ts";
import { beginPairing, type PairingSecret, proofOf, randomSecret } from "../../shared/pairing.ts";
import { type CompanionMessage, PROTOCOL_VERSION, type Welcome } from "../../shared/protocol.ts";
import { parseCompanionMessage } from "../../shared/validate.ts";
import type { Received } from "./test-client.ts";
import { until } from "./test-client.ts";

export interface DialOptions {
  readonly address?: string;
  readonly subprotocol?: string;
  /** Replace those of the iframe. */
  readonly headers?: Record<string, string>;
  /** False: as a client that hangs. */
  readonly autoPong?: boolean;
}

export class WsClient {
  readonly socket: WebSocket;
  readonly nonce = randomSecret();
  readonly received: Received[] = [];
  /** HTTP's, where the upgrade was refused. */
  status = 0;
  /** WebSocket's code, once closed. */
  closed = 0;

  constructor(port: number, options: DialOptions = {}) {
    const { address = "localhost", subprotocol = "underpaint.v1", headers = {}, autoPong = true } = options;
    this.socket = new WebSocket(`ws://${address}:${port}/v1`, subprotocol, {
      headers: { origin: "null", ...headers },
      autoPong,
    });
    this.socket.on("message", (data) => {
      const { message, attachments } = decodeFrame(new Uint8Array(data as Buffer), COMPANION_HEADER);
      this.received.push({ message: parseCompanionMessage(message), attachments });
    });
    this.socket.on("unexpected-response", (_, response) => {
      this.status = response.statusCode!;
      response.destroy();
    });
    this.socket.on("error", () => {});
    this.socket.on("close", (code) => {
      this.closed = code;
    });
  }

  get messages(): CompanionMessage[] {
    return this.received.map(({ message }) => message);
  }
  ofType<T extends CompanionMessage["type"]>(type: T): Extract<CompanionMessage, { type: T }>[] {
    return this.messages.filter((message): message is Extract<CompanionMessage, { type: T }> => message.type === type);
  }
  /** The first message of that type about that job, or about anything; waits for it. */
  async next<T extends CompanionMessage["type"]>(
    type: T,
    job?: string,
  ): Promise<Extract<CompanionMessage, { type: T }>> {
    const find = () =>
      this.ofType(type).find((message) => job === undefined || (message as { job?: string }).job === job);
    await until(() => find() !== undefined || this.closed !== 0);
    const found = find();
    if (found === undefined) throw new Error(`Closed with ${this.closed} before "${type}" came`);
    return found;
  }
  attachmentsOf(message: CompanionMessage): ReadonlyMap<string, Uint8Array> {
    return this.received.find((each) => each.message === message)!.attachments;
  }

  send(message: object, attachments?: ReadonlyMap<string, Uint8Array>): void {
    for (const piece of piecesOf(encodeFrame(message, attachments))) this.socket.send(piece);
  }
  hello(more: object): void {
    this.send({ type: "hello", protocol: PROTOCOL_VERSION, build: "test", nonce: this.nonce, ...more });
  }
  /** Throws where the companion closes the connection, as for a wrong code. */
  async pair(code: string, jobs: readonly string[] = []): Promise<PairingSecret> {
    const exchange = beginPairing("client", { code, nonces: await this.#nonces() });
    this.hello({ share: exchange.share });
    const { share } = await this.next("pairing-share");
    const { confirmation, secret } = exchange.finish(share)!;
    this.send({ type: "pairing-confirm", confirmation });
    await this.next("pairing-confirm");
    this.send({ type: "pairing-jobs", jobs });
    await this.next("welcome");
    return secret;
  }
  async prove({ pairing, token }: PairingSecret): Promise<Welcome> {
    this.hello({ pairing, proof: proofOf("client", { token, nonces: await this.#nonces() }) });
    return this.next("welcome");
  }
  async #nonces() {
    return { client: this.nonce, companion: (await this.next("challenge")).nonce };
  }
}
