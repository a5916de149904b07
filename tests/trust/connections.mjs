/** Loaded into processes that must speak to this machine alone: writes what they connect to, a line each, into $UNDERPAINT_CONNECTIONS. */
import dgram from "node:dgram";
import dns from "node:dns";
import { appendFileSync } from "node:fs";
import net from "node:net";

const file = process.env.UNDERPAINT_CONNECTIONS;
const note = (what) => appendFileSync(file, `${what}\n`);

/** `method` of `holder`, with what `describe` says of its arguments noted before. */
function watch(holder, method, describe) {
  const own = holder[method];
  holder[method] = function (...args) {
    const what = describe(args);
    if (what !== undefined) note(what);
    return own.apply(this, args);
  };
}

const target = ([first]) => (Array.isArray(first) ? first[0] : first);
watch(net.Socket.prototype, "connect", (args) => {
  const to = target(args);
  if (typeof to !== "object") return `tcp ${typeof args[1] === "string" ? args[1] : "localhost"}:${to}`;
  return to.path === undefined ? `tcp ${to.host ?? "localhost"}:${to.port}` : undefined;
});
for (const method of ["connect", "send"])
  watch(dgram.Socket.prototype, method, (args) => `udp ${args.filter((each) => typeof each !== "function").join(" ")}`);
for (const holder of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype])
  for (const method of Object.getOwnPropertyNames(holder).filter((name) => /^(?:lookup|resolve|reverse)/.test(name)))
    if (typeof holder[method] === "function") watch(holder, method, ([name]) => `dns ${name}`);
note(`watched ${process.argv.slice(1, 3).join(" ")}`);
