import { createServer } from "node:net";

/** Nobody else's: whoever listens on it has the companion's own port to himself. */
const TURN = 47819;

/** The plugin knows one port: tests that open it run one after the other, in whatever processes. Returns how to end one's turn. */
export async function takeTurn(): Promise<() => void> {
  for (;;) {
    const server = createServer();
    const isMine = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen({ host: "127.0.0.1", port: TURN, exclusive: true }, () => resolve(true));
    });
    if (isMine) return () => void server.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** For a whole test to wait for the others, milliseconds. */
export const TURN_MS = 900_000;
