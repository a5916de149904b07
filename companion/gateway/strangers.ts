import type { Duplex } from "node:stream";

/** Connections at a time that have proven nothing: a plugin is one for some milliseconds. */
export const MOST_STRANGERS = 512;
/** Bytes that one may send before it is proven: `hello` has a few hundred. */
export const STRANGER_BYTES = 8 * 1024;

/**
 * The connections that have not proven themselves, whatever they are at: a request that trickles in, a WebSocket that says
 * nothing. They may be as many as it takes, each costs next to nothing, and the oldest makes room for the newest, so that
 * nobody can keep the owner out by coming in crowds.
 */
export class Strangers {
  readonly #most: number;
  readonly #sockets = new Set<Duplex>();

  constructor(most = MOST_STRANGERS) {
    this.#most = most;
  }

  /** From a connection's first moment. */
  admit(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    if (this.#sockets.size <= this.#most) return;
    const [oldest] = this.#sockets;
    oldest!.destroy();
    this.#sockets.delete(oldest!);
  }

  /** It is none any more. */
  release(socket: Duplex): void {
    this.#sockets.delete(socket);
  }

  /** Cuts a connection off that sends more than `STRANGER_BYTES` before it is `proven`. */
  limit(socket: Duplex, proven: () => boolean): void {
    let bytes = 0;
    const count = (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (proven()) socket.off("data", count);
      else if (bytes > STRANGER_BYTES) socket.destroy();
    };
    socket.on("data", count);
  }
}
