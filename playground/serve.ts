/** Serves the playground on this computer only: the built page, the manifest and the built plugin, and nothing else. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

/** Not 47822: a studio's gateway listens there for other machines. */
export const PLAYGROUND_PORT = 47823;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Every path that is served, and the file behind it: what is not listed does not exist. */
const FILES: Readonly<Record<string, string>> = {
  "/": "dist/playground/index.html",
  "/app.js": "dist/playground/app.js",
  "/app.js.map": "dist/playground/app.js.map",
  "/app.css": "dist/playground/app.css",
  "/figma-style.css": "dist/playground/figma-style.css",
  "/frame.html": "dist/playground/frame.html",
  "/quickjs.wasm": "dist/playground/quickjs.wasm",
  "/manifest.json": "manifest.json",
  "/dist/plugin/main.js": "dist/plugin/main.js",
  "/dist/plugin/ui.html": "dist/plugin/ui.html",
};

export interface ServeOptions {
  /** The folder of Underpaint's package.json. */
  readonly root: string;
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: "127.0.0.1" | "::1";
}

export interface ServedPlayground {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts serving. Rejects with Node's EADDRINUSE error where the port is taken. */
export async function servePlayground({
  root,
  port = PLAYGROUND_PORT,
  host = "127.0.0.1",
}: ServeOptions): Promise<ServedPlayground> {
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: string | Uint8Array, type = "text/plain; charset=utf-8") => {
      response.writeHead(status, {
        "content-type": type,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
      });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    const { port: own } = server.address() as AddressInfo;
    const hosts = [`localhost:${own}`, `127.0.0.1:${own}`, `[::1]:${own}`];
    if (!hosts.includes(request.headers.host ?? "")) return answer(403, "This server answers to localhost only");
    if (request.method !== "GET" && request.method !== "HEAD") return answer(405, "Only GET");
    const file = FILES[(request.url ?? "/").split("?")[0]!];
    if (file === undefined) return answer(404, "Not found");
    try {
      answer(200, await readFile(path.join(root, file)), TYPES[path.extname(file)]);
    } catch {
      answer(404, `${file} is missing: run npm run build`);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://${host === "::1" ? "[::1]" : host}:${own}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
