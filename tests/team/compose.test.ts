/** compose.yaml as far as it can be read without containers: what it starts exists, and its secrets come from outside. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

const root = path.resolve(__dirname, "../..");
const text = readFileSync(path.join(root, "compose.yaml"), "utf8");
const { services, volumes } = parse(text) as {
  services: Record<
    string,
    { command: string[]; volumes: string[]; environment: Record<string, string>; build?: string }
  >;
  volumes: Record<string, null>;
};

test("gateway and worker are commands of underpaint, with options that they know", () => {
  for (const [name, command] of [
    ["gateway", "start"],
    ["worker", "worker"],
  ] as const) {
    const [first, ...rest] = services[name]!.command;
    expect(first).toBe(command);
    const source = readFileSync(path.join(root, `companion/cli/${command}.ts`), "utf8");
    const options = rest.filter((word) => word.startsWith("--")).map((word) => word.slice(2));
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) expect(source).toMatch(new RegExp(`^  "?${option}"?: \\{ type: `, "m"));
    expect(services[name]!.environment.UNDERPAINT_REDIS).toMatch(/^redis:\/\/:\$\{REDIS_PASSWORD:\?\}@queue:6379$/);
  }
});

test("the queue writes everything down, throws nothing away and wants a password; every volume is named", () => {
  const [, , queue] = services.queue!.command;
  for (const part of ["--appendonly yes", "--appendfsync always", "noeviction", "--requirepass"])
    expect(queue).toContain(part);
  const named = Object.values(services).flatMap((service) => service.volumes.map((volume) => volume.split(":")[0]!));
  expect(named.filter((volume) => !volume.startsWith("./")).sort()).toEqual(Object.keys(volumes).sort());
});
