import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

let port: Promise<number> | undefined;

/**
 * Where this file's companion listens, and where the plugin looks for it that `openPlayground` loads: any free port, so that
 * files of tests run side by side, and beside a companion that is in use.
 */
export function companionPort(): Promise<number> {
  port ??= freePort();
  return port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
