/** A plugin's end of the wire, in memory: what it was sent, and what it sends. */
import { Connection } from "../../companion/gateway/connection.ts";
import type { Host } from "../../companion/gateway/host.ts";
import { COMPANION_HEADER, decodeFrame, encodeFrame, piecesOf } from "../../shared/codec.ts";
import { beginPairing, type Nonces, type PairingSecret, proofOf, randomSecret } from "../../shared/pairing.ts";
import { type Challenge, type CompanionMessage, PORT, PROTOCOL_VERSION, type Welcome } from "../../shared/protocol.ts";
import { parseCompanionMessage } from "../../shared/validate.ts";

export interface Received {
  readonly message: CompanionMessage;
  readonly attachments: ReadonlyMap<string, Uint8Array>;
}

export class TestClient {
  readonly received: Received[] = [];
  readonly connection: Connection;
  readonly nonce = randomSecret();
  closed: string | undefined;
  bufferedAmount = 0;
  #onPiece: (piece: Uint8Array) => void = () => {};
  #onClose: () => void = () => {};

  constructor(host: Host) {
    const client = this;
    this.connection = new Connection(
      {
        send: (parts) => {
          const { message, attachments } = decodeFrame(Buffer.concat(parts), COMPANION_HEADER);
          this.received.push({ message: parseCompanionMessage(message), attachments });
        },
        close: (reason) => {
          this.closed ??= reason;
        },
        get bufferedAmount() {
          return client.bufferedAmount;
        },
        onPiece: (listener) => {
          this.#onPiece = listener;
        },
        onClose: (listener) => {
          this.#onClose = listener;
        },
      },
      host,
      { hasRoom: () => true, reached: PORT },
    );
  }

  get messages(): CompanionMessage[] {
    return this.received.map(({ message }) => message);
  }
  get last(): CompanionMessage {
    return this.messages.at(-1)!;
  }
  ofType<T extends CompanionMessage["type"]>(type: T): Extract<CompanionMessage, { type: T }>[] {
    return this.messages.filter((message): message is Extract<CompanionMessage, { type: T }> => message.type === type);
  }

  /** Any object: bad messages are tested too. */
  send(message: object, attachments?: ReadonlyMap<string, Uint8Array>): void {
    for (const piece of piecesOf(encodeFrame(message, attachments))) this.#onPiece(piece);
  }
  /** Sends, and waits until what was said has been obeyed. */
  async ask(message: object, attachments?: ReadonlyMap<string, Uint8Array>): Promise<CompanionMessage> {
    this.send(message, attachments);
    await new Promise((resolve) => setTimeout(resolve, 10));
    return this.last;
  }
  sendRaw(frame: Uint8Array): void {
    this.#onPiece(frame);
  }
  hello(more: object): void {
    this.send({ type: "hello", protocol: PROTOCOL_VERSION, build: "test", nonce: this.nonce, ...more });
  }
  leave(): void {
    this.#onClose();
  }

  get nonces(): Nonces {
    const [challenge] = this.messages as [Challenge];
    return { client: this.nonce, companion: challenge.nonce };
  }
  /** Throws where the companion closes the connection, as for a wrong code. */
  async pair(code: string, jobs: readonly string[] = []): Promise<Welcome & PairingSecret> {
    const { confirm, secret } = this.begin(code);
    confirm();
    if (this.closed === undefined) this.send({ type: "pairing-jobs", jobs });
    return { ...(await this.welcome()), ...secret };
  }
  /** The key exchange up to the companion's share. */
  begin(code: string) {
    const exchange = beginPairing("client", { code, nonces: this.nonces });
    this.hello({ share: exchange.share });
    const [theirs] = this.ofType("pairing-share");
    if (theirs === undefined) throw new Error(`Closed: ${this.closed}`);
    const { confirmation, secret } = exchange.finish(theirs.share)!;
    return { confirm: () => this.send({ type: "pairing-confirm", confirmation }), secret };
  }
  async prove({ pairing, token }: PairingSecret): Promise<Welcome> {
    this.hello({ pairing, proof: proofOf("client", { token, nonces: this.nonces }) });
    return this.welcome();
  }
  async welcome(): Promise<Welcome> {
    await until(() => this.ofType("welcome").length > 0 || this.closed !== undefined);
    const [welcome] = this.ofType("welcome");
    if (welcome === undefined) throw new Error(`Closed: ${this.closed}`);
    return welcome;
  }
}

/** Resolves once `condition` holds; the test's own time limit ends the wait. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2));
}
