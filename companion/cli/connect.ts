/** `underpaint connect`: this machine's plugin at a studio's gateway, until Ctrl-C. */
import { parseArgs } from "node:util";
import { Problem } from "../../shared/problem.ts";
import { PORT } from "../../shared/protocol.ts";
import { print } from "./print.ts";
import { readPem } from "./redis-address.ts";
import { openRelay } from "./relay.ts";
import { untilStopped } from "./until-stopped.ts";
import { whenUnread } from "./when-unread.ts";

/** Where a studio's gateway listens for other machines, unless it says otherwise. */
export const STUDIO_PORT = 47822;

/** `--port` is for tests: Figma lets the plugin talk to one port only. */
const OPTIONS = { ca: { type: "string" }, port: { type: "string" } } as const;

/** Resolves to the exit code when it was stopped. Throws Problem "request-invalid", "gateway-unreachable", "port-taken". */
export async function runConnect(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  const [, host, port] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(positionals[0] ?? "") ?? [];
  if (host === undefined || positionals.length !== 1)
    throw new Problem("request-invalid", "Name the studio's gateway: underpaint connect HOST[:PORT] [--ca FILE].");
  const relay = await openRelay({
    host: host.replace(/^\[|\]$/g, ""),
    port: port === undefined ? STUDIO_PORT : Number(port),
    localPort: values.port === undefined ? PORT : Number(values.port),
    ...(values.ca !== undefined && { ca: readPem(values.ca) }),
  });
  whenUnread("go on");
  print(`Underpaint in Figma reaches ${host} through localhost:${relay.port}; Ctrl-C ends it.`);
  await untilStopped();
  await relay.close();
  return 0;
}

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Problem("request-invalid", `${(error as Error).message}: "underpaint help" shows what there is.`);
  }
}
