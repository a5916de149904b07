/** compose.yaml and the Dockerfile as far as they can be read without containers: what they name exists, by the program's own tables. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { STUDIO_PORT } from "../../companion/cli/connect.ts";
import { redisAddress } from "../../companion/cli/redis-address.ts";
import { START_OPTIONS } from "../../companion/cli/start.ts";
import { WORKER_OPTIONS } from "../../companion/cli/worker.ts";
import { PLAYGROUND_PORT } from "../../playground/serve.ts";
import { PORT } from "../../shared/protocol.ts";

const root = path.resolve(__dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

interface Service {
  readonly command: readonly string[];
  readonly volumes: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly build?: string;
}
const { services, volumes } = parse(read("compose.yaml")) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const TABLES = { gateway: ["start", START_OPTIONS], worker: ["worker", WORKER_OPTIONS] } as const;
/** What compose puts in place of `${NAME:?…}` and `${NAME:-…}`. */
const filled = (text: string) =>
  text.replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_, name, kind, rest) => (kind === "?" ? `<${name}>` : rest));

/** Compose, as a part of docker or as a program of its own; neither needs containers to read a file. */
const compose = [["docker", "compose"], ["docker-compose"]].find(
  ([program, ...args]) => spawnSync(program!, [...args, "version"]).status === 0,
);
(compose === undefined ? test.skip : test)(
  `compose reads the file, and says where the password is missing${compose === undefined ? " (no docker compose here)" : ""}`,
  () => {
    const [program, ...args] = compose!;
    const config = (env: NodeJS.ProcessEnv) =>
      spawnSync(program!, [...args, "-f", "compose.yaml", "config"], { cwd: root, encoding: "utf8", env });
    const { REDIS_PASSWORD: _, ...rest } = process.env;
    const read = config({ ...rest, REDIS_PASSWORD: "secret" });
    expect(`${read.status} ${read.stderr}`).toBe("0 ");
    expect(parse(read.stdout).services.worker.environment.UNDERPAINT_REDIS).toBe("redis://:secret@queue:6379");
    const without = config(rest);
    expect([without.status === 0, without.stderr]).toEqual([false, expect.stringMatching(/REDIS_PASSWORD/)]);
  },
);

test.each(["gateway", "worker"] as const)("the %s's command is one that the program itself reads", (name) => {
  const [command, options] = TABLES[name];
  const [first, ...args] = services[name]!.command;
  expect(first).toBe(command);
  expect(read("companion/main.ts")).toMatch(new RegExp(`^  ${command}: \\{$`, "m"));
  const { values } = parseArgs({ args, options });
  expect(Object.keys(values).length).toBeGreaterThan(0);
  // What it reads lies in a volume, at that place of the container.
  const places = services[name]!.volumes.map((volume) => volume.split(":")[1]!);
  const files = Object.values(values)
    .flat()
    .filter((value): value is string => typeof value === "string" && value.startsWith("/"));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(places.some((place) => file === place || file.startsWith(`${place}/`))).toBe(true);
});

test.each(["gateway", "worker"] as const)(
  "the %s's environment is read by the program, and its queue is the service",
  (name) => {
    const { environment } = services[name]!;
    const sources = [
      "companion/config.ts",
      ...readdirSync(path.join(root, "companion/cli")).map((f) => `companion/cli/${f}`),
    ];
    const code = sources.map(read).join("\n");
    for (const variable of Object.keys(environment)) expect(code).toMatch(new RegExp(`env\\.${variable}\\b`));
    const url = redisAddress({}, { UNDERPAINT_REDIS: filled(environment.UNDERPAINT_REDIS!) })!;
    expect(url.place).toBe("redis://queue:6379");
    expect(new URL(url.url).password).toBe("%3CREDIS_PASSWORD%3E");
    expect(services.queue).toBeDefined();
    // The data folder survives the container.
    expect(services[name]!.volumes).toContain(`${name}:${environment.UNDERPAINT_HOME}`);
  },
);

test("the port that is opened is the one for other machines, and nobody else's", () => {
  expect(services.gateway!.ports).toEqual([`${STUDIO_PORT}:${STUDIO_PORT}`]);
  for (const name of ["worker", "queue"]) expect(services[name]!.ports).toBeUndefined();
  expect(new Set([PORT, STUDIO_PORT, PLAYGROUND_PORT]).size).toBe(3);
});

test("the queue writes everything down, throws nothing away and wants a password; every volume is named", () => {
  const [, , queue] = services.queue!.command;
  for (const part of ["--appendonly yes", "--appendfsync always", "noeviction", "--requirepass"])
    expect(queue).toContain(part);
  const named = Object.values(services).flatMap((service) => service.volumes.map((volume) => volume.split(":")[0]!));
  expect(named.filter((volume) => !volume.startsWith("./")).sort()).toEqual(Object.keys(volumes).sort());
});

test("the Dockerfile's steps name what is there, run as nobody special, and begin the program", () => {
  const lines = read("Dockerfile")
    .split("\n")
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)] as const);
  const step = (name: string) => lines.filter(([each]) => each === name).map(([, rest]) => rest);
  const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
  const [, major] = /^node:(\d+)-\w+-slim$/.exec(step("FROM")[0]!)!;
  expect(Number(major)).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)![0]));
  for (const copied of step("COPY")) expect(existsSync(path.join(root, copied.split(" ")[0]!))).toBe(true);
  const [entry] = step("ENTRYPOINT").map((text) => JSON.parse(text) as string[]);
  const [run] = step("RUN");
  for (const file of [entry![1]!, ...run!.matchAll(/node (\S+\.mjs)/g)].map((f) => (typeof f === "string" ? f : f[1]!)))
    expect(existsSync(path.join(root, file))).toBe(true);
  // npm ci reads the lockfile; what .dockerignore keeps out is not among what is needed.
  const ignored = read(".dockerignore").split("\n").filter(Boolean);
  for (const needed of [
    "package.json",
    "package-lock.json",
    ".npmrc",
    "companion",
    "shared",
    "plugin",
    "playground",
    "starter",
  ]) {
    expect(existsSync(path.join(root, needed))).toBe(true);
    expect(ignored).not.toContain(needed);
  }
  expect(ignored).toEqual(expect.arrayContaining(["node_modules", "dist", "studio", ".env"]));
  expect(step("USER")).toEqual(["node"]);
  for (const made of ["/data", "/models"]) expect(run).toContain(made);
  const [help] = step("CMD").map((text) => JSON.parse(text) as string[]);
  expect(help).toEqual(["help"]);
});
