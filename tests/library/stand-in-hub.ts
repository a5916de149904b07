/** A server that speaks the hub's protocol, as far as downloads go, and misbehaves as it is told. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface StandInHub {
  readonly endpoint: string;
  /** Of the requests for contents: the file and the range's begin. */
  readonly asked: [file: string, from: number][];
  /** Headers of the requests so far. */
  readonly tokens: (string | undefined)[];
  /** What the next requests for contents do instead of answering rightly; used up from the front. */
  readonly mischief: Mischief[];
  /** Answers everything with this status. */
  status?: number;
  /** What follows the list of files: pages without end, one page without end, or a page of another server. */
  listing?: "endless" | "long" | "elsewhere";
  /** Pages of lists so far. */
  pages: number;
  /** Requests that the other server has got, on which large files may lie: their Authorization. */
  readonly elsewhere: (string | undefined)[];
  close(): Promise<void>;
}

export type Mischief =
  | "break"
  | "short"
  | "longer"
  | "wrong-bytes"
  | "no-range"
  | "stall"
  | "busy"
  | "teapot"
  | "later"
  | "gated"
  | "moved"
  | "login";

/** `repo`: the one that it has. */
export async function standInHub(files: Readonly<Record<string, Buffer>>, repo = "some/model"): Promise<StandInHub> {
  const contents = `/${repo}/resolve/main/`;
  const server = createServer((request, response) => answer(request, response));
  const hub: StandInHub = {
    endpoint: "",
    asked: [],
    tokens: [],
    mischief: [],
    elsewhere: [],
    pages: 0,
    close: async () => {
      for (const each of [server, other]) {
        each.close();
        each.closeAllConnections();
      }
    },
  };
  const other = createServer((request, response) => {
    hub.elsewhere.push(request.headers.authorization);
    serve(request, response, undefined);
  });
  const sha = (kind: "sha1" | "sha256", ...parts: (string | Buffer)[]) => {
    const hash = createHash(kind);
    for (const part of parts) hash.update(part);
    return hash.digest("hex");
  };
  const tree = Object.entries(files).map(([path, bytes]) => ({
    ...{ type: "file", path, size: bytes.length, oid: sha("sha1", `blob ${bytes.length}\0`, bytes) },
    ...(path.endsWith(".safetensors") && { lfs: { oid: sha("sha256", bytes), size: bytes.length, pointerSize: 130 } }),
  }));

  function list(response: ServerResponse): void {
    hub.pages += 1;
    const { port } = other.address() as AddressInfo;
    const next = hub.listing === "elsewhere" ? `http://127.0.0.1:${port}` : hub.endpoint;
    const link = `<${next}/api/models/${repo}/tree/main?cursor=${hub.pages}>; rel="next"`;
    response.writeHead(200, { "content-type": "application/json", ...(hub.listing !== "long" && { link }) });
    if (hub.listing !== "long") return void response.end("[]");
    const write = () => {
      while (!response.destroyed && response.write(" ".repeat(65536)));
      if (!response.destroyed) response.once("drain", write);
    };
    write();
  }

  function answer({ url = "", headers }: IncomingMessage, response: ServerResponse): void {
    hub.tokens.push(headers.authorization);
    if (hub.status !== undefined)
      return void response.writeHead(hub.status, { "content-type": "text/plain" }).end("no");
    if (url.startsWith(`/api/models/${repo}/tree/main`) && hub.listing !== undefined) return void list(response);
    if (url.startsWith(`/api/models/${repo}/tree/main`))
      return void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(tree));
    serve({ url, headers }, response, hub.mischief.shift());
  }

  type Asked = Pick<IncomingMessage, "url" | "headers">;
  function serve({ url = "", headers }: Asked, response: ServerResponse, mischief: Mischief | undefined): void {
    const name = decodeURIComponent(url.startsWith(contents) ? (url.slice(contents.length).split("?")[0] ?? "") : "");
    const bytes = files[name];
    if (bytes === undefined) return void response.writeHead(404, { "content-type": "text/plain" }).end("no");
    const [, from = "0", to = String(bytes.length - 1)] = /^bytes=(\d+)-(\d+)?$/.exec(headers.range ?? "") ?? [];
    if (mischief === "moved") return void response.writeHead(302, { location: `${origin(other)}${url}` }).end();
    hub.asked.push([name, Number(from)]);
    if (mischief === "busy") return void response.writeHead(503).end();
    if (mischief === "later") return void response.writeHead(429, { "retry-after": "1" }).end();
    if (mischief === "gated") return void response.writeHead(403, { "x-error-code": "GatedRepo" }).end();
    if (mischief === "login") return void response.writeHead(200, { "content-type": "text/html" }).end("<p>Log in.");
    if (mischief === "teapot") return void response.writeHead(418).end();
    if (Number(from) >= bytes.length) return void response.writeHead(416).end();
    const range = mischief === "no-range" ? undefined : `bytes ${from}-${to}/${bytes.length}`;
    let body = range === undefined ? bytes : bytes.subarray(Number(from), Number(to) + 1);
    if (mischief === "wrong-bytes") body = Buffer.alloc(body.length, 7);
    if (mischief === "longer") body = Buffer.concat([body, Buffer.from("more")]);
    const half = body.subarray(0, body.length >> 1);
    response.writeHead(range ? 206 : 200, {
      ...(range && { "content-range": range }),
      ...{ etag: '"e"', "content-length": mischief === "short" ? half.length : body.length },
    });
    if (mischief === "stall") return void response.write(half);
    if (mischief === "break") return void response.write(half, () => setTimeout(() => response.destroy(), 20));
    response.end(mischief === "short" ? half : body);
  }

  for (const each of [server, other]) await new Promise<void>((done) => each.listen(0, "127.0.0.1", done));
  return Object.assign(hub, { endpoint: origin(server) });
}

const origin = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
