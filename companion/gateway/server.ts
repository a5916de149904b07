/**
 * The door: HTTP and WebSocket on the two loopback addresses, and on nothing else. `GET /health` says who we are; the WebSocket
 * at /v1 becomes a Connection. `localhost` may mean either address, so both are served.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Reached } from "../../shared/pairing.ts";
import { Problem } from "../../shared/problem.ts";
import { PIECE_BYTES, PROTOCOL_VERSION, SUBPROTOCOL } from "../../shared/protocol.ts";
import { Connection } from "./connection.ts";
import { refuseHealth, refuseUpgrade } from "./guard.ts";
import type { Host } from "./host.ts";
import { Outbox } from "./outbox.ts";
import { answerPage } from "./pages.ts";
import type { ClientSocket } from "./socket.ts";
import { Strangers } from "./strangers.ts";

/** Clients at a time that have proven themselves: of one person, and of a studio. */
export const MAX_CLIENTS = 8;
export const STUDIO_CLIENTS = 100;
/** For a request's header, milliseconds; looked at as often. */
const REQUEST_MS = 5000;
/** Between two pings, milliseconds; a client that answered none of the last two is gone. */
export const PING_MS = 15_000;
/** For the last frames to leave, milliseconds: whoever does not read them is cut off. */
const CLOSING_MS = 30_000;

const LIMITS = {
  requestTimeout: REQUEST_MS,
  headersTimeout: REQUEST_MS,
  connectionsCheckingInterval: REQUEST_MS,
  maxHeaderSize: 8192,
};

/** Where plugins of other machines come in, each through `underpaint connect` on its own: TLS, and nothing else. */
export interface TlsListener {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface GatewayOptions {
  readonly pingMs?: number;
  readonly tls?: TlsListener | undefined;
  /** Clients at a time that have proven themselves. */
  readonly mostClients?: number;
}

export interface Gateway {
  readonly port: number;
  /** Of the TLS listener, where there is one. */
  readonly tlsPort?: number;
  close(): Promise<void>;
}

interface Client {
  readonly connection: Connection;
  /** Pings. */
  unanswered: number;
}

/** Listens on `port` (0: any free one). Throws Problem "port-taken". */
export async function openGateway(
  host: Host,
  port: number,
  { pingMs = PING_MS, tls, mostClients = MAX_CLIENTS }: GatewayOptions = {},
): Promise<Gateway> {
  const clients = new Map<WebSocket, Client>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: PIECE_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });

  const strangers = new Strangers();
  const proven = () => [...clients.values()].filter(({ connection }) => connection.trusted);
  const admit = (socket: WebSocket, { wire, reached }: { wire: Duplex; reached: Reached }) => {
    if (proven().length >= mostClients) {
      socket.close(1013, "Too many clients");
      return undefined;
    }
    const onProven = (): boolean => {
      strangers.release(wire);
      return proven().filter((other) => other !== client).length < mostClients;
    };
    const connection = new Connection(overWebSocket(socket), host, { hasRoom: onProven, reached });
    const client: Client = { connection, unanswered: 0 };
    clients.set(socket, client);
    socket.on("close", () => clients.delete(socket));
    socket.on("pong", () => {
      client.unanswered = 0;
    });
    return connection;
  };
  const heartbeat = setInterval(() => {
    for (const [socket, client] of clients) {
      client.connection.checkPairing();
      client.unanswered += 1;
      if (client.unanswered > 2) socket.terminate();
      else socket.ping();
    }
  }, pingMs);

  let bound = port;
  // One request a connection: thousands in a row cost as little to send as one.
  const answered = new WeakSet<Duplex>();
  const answer = (reached: () => Reached) => (request: IncomingMessage, response: ServerResponse) => {
    if (answered.has(request.socket)) return void request.socket.destroy();
    answered.add(request.socket);
    response.shouldKeepAlive = false;
    if (answerPage(host.pages, { request, response, reached: reached() })) return;
    const status = refuseHealth(request, reached());
    if (status !== undefined) return void response.writeHead(status).end();
    response.writeHead(200, { "content-type": "application/json", "access-control-allow-origin": "*" });
    const { digits: codeDigits, invited } = host.code;
    const health = { version: host.version, protocol: PROTOCOL_VERSION, codeDigits, ...(invited && { invited }) };
    response.end(JSON.stringify({ app: "underpaint", ...health }));
  };
  const upgrade = (reached: () => Reached) => (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const status = refuseUpgrade(request, reached());
    if (status === undefined) {
      let connection: Connection | undefined;
      strangers.limit(socket, () => connection?.trusted === true);
      return sockets.handleUpgrade(request, socket, head, (client) => {
        connection = admit(client, { wire: socket, reached: reached() });
      });
    }
    socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  };

  const servers: Server[] = [];
  const close = async () => {
    clearInterval(heartbeat);
    for (const socket of clients.keys()) socket.close(1001, "The companion is stopping");
    const closed = servers.map((server) => new Promise((done) => server.close(done)));
    for (const server of servers) server.closeAllConnections();
    // A client that does not answer the closing handshake is cut off.
    const cut = setTimeout(() => clients.forEach((_, socket) => void socket.terminate()), 500);
    await Promise.all(closed);
    clearTimeout(cut);
  };
  try {
    const here = () => bound;
    for (const address of ["127.0.0.1", "::1"]) {
      const server = createServer(LIMITS, answer(here))
        .on("connection", (socket) => strangers.admit(socket))
        .on("upgrade", upgrade(here));
      if (!(await listen(server, { address, port: bound }))) continue;
      servers.push(server);
      bound = (server.address() as AddressInfo).port;
    }
    if (tls === undefined) return { port: bound, close };
    const server = openTls(tls, answer(relayed))
      .on("secureConnection", (socket) => strangers.admit(socket))
      .on("upgrade", upgrade(relayed));
    await listen(server, { address: tls.host, port: tls.port });
    servers.push(server);
    return { port: bound, tlsPort: (server.address() as AddressInfo).port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const relayed = () => "relayed" as const;

/** Throws Problem "request-invalid" where certificate and key are none. */
function openTls({ cert, key }: TlsListener, answer: Parameters<typeof createTlsServer>[1]) {
  try {
    return createTlsServer({ ...LIMITS, cert, key, minVersion: "TLSv1.2", handshakeTimeout: REQUEST_MS }, answer);
  } catch (error) {
    const why = (error as Error).message;
    throw new Problem(
      "request-invalid",
      `--tls-cert and --tls-key do not go together as PEM (${why}): check the files.`,
    );
  }
}

/** False on a machine without that address (IPv6 switched off). */
function listen(server: Server, { address, port }: { address: string; port: number }): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (address === "::1" && (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT")) resolve(false);
      else if (error.code === "EADDRINUSE")
        reject(new Problem("port-taken", `Port ${port} is taken by another program: stop it and start again.`));
      else reject(error);
    });
    server.listen({ host: address, port, exclusive: true }, () => resolve(true));
  });
}

function overWebSocket(socket: WebSocket): ClientSocket {
  // What ws finds wrong with a client (too large, not WebSocket) it closes by itself; the close event tells the rest.
  socket.on("error", () => {});
  const outbox = new Outbox({ send: (bytes, fin, onLeft) => socket.send(bytes, { binary: true, fin }, onLeft) });
  return {
    send: (parts) => outbox.send(parts),
    close: (reason) => {
      outbox.whenEmpty(() => socket.close(1000, reason));
      setTimeout(() => socket.terminate(), CLOSING_MS).unref();
    },
    get bufferedAmount() {
      return outbox.bytes + socket.bufferedAmount;
    },
    onPiece: (listener) => {
      // Text is not of this protocol: an empty frame is refused as one.
      socket.on("message", (data, isBinary) => listener(isBinary ? bytesOf(data) : new Uint8Array(0)));
    },
    onClose: (listener) => {
      socket.on("close", listener);
    },
  };
}

/** ws gives one Buffer with its default `binaryType`. */
function bytesOf(data: RawData): Uint8Array {
  const buffer = data as Buffer;
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
