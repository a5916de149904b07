/** A plugin's end of the wire over a real WebSocket, as its iframe connects. */
import WebSocket from "ws";
import { decodeFrame, encodeFrame } from "../../shared/codec.ts";
import { proofOf, randomSecret } from "../../shared/pairing.ts";
import type { Challenge, CompanionMessage, Welcome } from "../../shared/protocol.ts";
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
      const { message, attachments } = decodeFrame(new Uint8Array(data as Buffer));
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
    this.socket.send(encodeFrame(message, attachments));
  }
  hello(more: object): void {
    this.send({ type: "hello", protocol: 1, build: "test", nonce: randomSecret(), ...more });
  }
  async pair(code: string): Promise<{ pairing: string; token: string }> {
    await this.next("challenge");
    this.hello({ code });
    const { pairing, token } = await this.next("welcome");
    return { pairing: pairing!, token: token! };
  }
  async prove({ pairing, token }: { pairing: string; token: string }): Promise<Welcome> {
    const { nonce }: Challenge = await this.next("challenge");
    this.hello({ pairing, proof: proofOf("client", { token, nonce }) });
    return this.next("welcome");
  }
}
