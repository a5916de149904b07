/**
 * The way to a studio's gateway from a designer's machine: whatever connects to the companion's port here goes over TLS to the
 * gateway there. Plugin and gateway prove themselves to each other end to end; the relay sees to it that nobody listens on the way.
 */
import { type AddressInfo, createServer, isIP, type Server, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { Problem } from "../../shared/problem.ts";

export interface RelayOptions {
  readonly host: string;
  readonly port: number;
  /** PEM: whom to trust beside the authorities that Node knows. */
  readonly ca?: string;
  /** Here; 0: any free one. */
  readonly localPort: number;
}

export interface Relay {
  readonly port: number;
  close(): Promise<void>;
}

/** Throws Problem "port-taken"; "gateway-unreachable" where there is no gateway, or none that can be trusted. */
export async function openRelay(options: RelayOptions): Promise<Relay> {
  await tryOut(options);
  const open = new Set<Socket>();
  const pass = (socket: Socket) => {
    const far = reach(options);
    for (const end of [socket, far]) {
      open.add(end);
      end.on("close", () => open.delete(end));
    }
    socket.pipe(far).pipe(socket);
    const cut = () => {
      socket.destroy();
      far.destroy();
    };
    for (const end of [socket, far]) end.on("error", cut).on("close", cut);
  };
  const servers: Server[] = [];
  let port = options.localPort;
  for (const address of ["127.0.0.1", "::1"]) {
    const server = createServer(pass);
    if (!(await listens(server, address, port))) continue;
    servers.push(server);
    port = (server.address() as AddressInfo).port;
  }
  return {
    port,
    close: async () => {
      for (const socket of open) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
}

const reach = ({ host, port, ca }: RelayOptions): TLSSocket =>
  connect({
    host,
    port,
    ...(isIP(host) === 0 && { servername: host }),
    minVersion: "TLSv1.2",
    ...(ca !== undefined && { ca }),
  });

/** Connects once, so that a wrong name or certificate is told at once. */
function tryOut(options: RelayOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = reach(options);
    socket.once("secureConnect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => reject(unreachable(options, error)));
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer in ten seconds")));
  });
}

function unreachable({ host, port }: RelayOptions, cause: NodeJS.ErrnoException): Problem {
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(cause.code ?? "");
  const what = isCertificate
    ? `The certificate of ${host} cannot be trusted (${cause.message}): ask for the studio's, and give it with --ca FILE.`
    : `No studio's gateway answers at ${host}:${port} (${cause.message}): check the name and the network.`;
  return new Problem("gateway-unreachable", what, { cause });
}

/** False on a machine without that address. */
function listens(server: Server, address: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (address === "::1" && error.code !== "EADDRINUSE") resolve(false);
      else
        reject(
          new Problem("port-taken", `Port ${port} is taken by another program: stop it and start again.`, {
            cause: error,
          }),
        );
    });
    server.listen({ host: address, port, exclusive: true }, () => resolve(true));
  });
}
