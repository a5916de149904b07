/** A client's end of the wire, as connection.ts needs it: a WebSocket, or a pair in memory. */
export interface ClientSocket {
  /** One frame, of these parts. */
  send(parts: readonly Uint8Array[]): void;
  /** Says nothing more; the last frames still arrive. `reason` is for logs. */
  close(reason: string): void;
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount: number;
  /** A piece of a frame, see shared/protocol.ts. */
  onPiece(listener: (piece: Uint8Array) => void): void;
  onClose(listener: () => void): void;
}
