import { Problem } from "../../shared/problem.ts";
import type { TlsListener } from "../gateway/server.ts";
import { STUDIO_PORT } from "./connect.ts";
import { readPem } from "./redis-address.ts";

interface Values {
  readonly listen?: string | undefined;
  readonly "tls-cert"?: string | undefined;
  readonly "tls-key"?: string | undefined;
}

/** Of `--listen`, `--tls-cert` and `--tls-key`: all, or none. Throws Problem "request-invalid". */
export function tlsListener({ listen, "tls-cert": cert, "tls-key": key }: Values): TlsListener | undefined {
  if (listen === undefined && cert === undefined && key === undefined) return undefined;
  const [, host, port] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(listen ?? "0.0.0.0") ?? [];
  if (host === undefined || cert === undefined || key === undefined)
    throw new Problem(
      "request-invalid",
      "Other machines come in over TLS only: give --tls-cert FILE and --tls-key FILE, and --listen HOST[:PORT] for one address.",
    );
  return {
    ...{ host: host.replace(/^\[|\]$/g, ""), port: port === undefined ? STUDIO_PORT : Number(port) },
    ...{ cert: readPem(cert), key: readPem(key) },
  };
}
