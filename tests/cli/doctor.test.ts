import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import type { AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CHECKS, examine, type Finding } from "../../companion/cli/checks.ts";
import { runPairings } from "../../companion/cli/pairings.ts";
import { whoIsThere } from "../../companion/cli/who-is-there.ts";
import { type Config, readConfig } from "../../companion/config.ts";
import { Pairings } from "../../companion/gateway/pairings.ts";

let home: string;
let config: Config;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "underpaint-doctor-"));
  config = { ...readConfig({}, { UNDERPAINT_HOME: home }), engineEntry: path.join(__dirname, "../engine/double.mjs") };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const check = (name: string, change: Partial<Config> = {}): Promise<Finding[]> =>
  examine(CHECKS.find((each) => each.name === name)!, { ...config, ...change });

const listen = (server: Server | ReturnType<typeof createServer>) =>
  new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );

test("every check has a name, and none fails on a good machine", async () => {
  for (const each of CHECKS.filter(({ name }) => name !== "port")) {
    const findings = await examine(each, config);
    expect(each.name).not.toBe("");
    expect(findings.length).toBeGreaterThan(0);
    for (const { mark, fix } of findings) expect(mark === "ok" || fix !== undefined).toBe(true);
  }
});

test("the port: free, a companion's, or another program's", async () => {
  const companion = createHttpServer((_, response) =>
    response.end('{"app":"underpaint","version":"9.9.9","protocol":1}'),
  );
  const other = createHttpServer((_, response) => response.end("<html>"));
  const [ours, theirs] = [await listen(companion), await listen(other)];
  expect(await whoIsThere(ours)).toEqual({ kind: "companion", version: "9.9.9" });
  expect((await check("port", { port: ours }))[0]!.mark).toBe("ok");
  expect(await whoIsThere(theirs)).toEqual({ kind: "stranger" });
  expect(await check("port", { port: theirs })).toMatchObject([
    { mark: "bad", fix: expect.stringContaining(`${theirs}`) },
  ]);
  await Promise.all([companion, other].map((server) => new Promise((resolve) => server.close(resolve))));
  expect(await whoIsThere(ours)).toEqual({ kind: "nobody" });
  expect(await check("port", { port: ours })).toEqual([{ mark: "ok", text: `Port ${ours} is free` }]);
});

test("the models folder: each file that can't be used is named with its reason", async () => {
  const folder = path.join(home, "models");
  mkdirSync(folder);
  writeFileSync(path.join(folder, "cut.safetensors"), new Uint8Array([255, 0, 0, 0, 0, 0, 0, 0, 123]));
  const findings = await check("models");
  expect(findings).toContainEqual({
    mark: "bad",
    text: expect.stringContaining("cut"),
    fix: expect.stringMatching(/\. \(file-[a-z-]+\)$/),
  });
  expect(findings.at(-1)).toMatchObject({ mark: "warn", fix: expect.stringContaining(folder) });
});

test("a data folder that can't be written is named", async () => {
  const file = path.join(home, "file");
  writeFileSync(file, "");
  expect(await check("dataFolder", { home: file })).toMatchObject([{ mark: "bad", fix: expect.any(String) }]);
});

test("the provider: what was chosen, or why there is none", async () => {
  expect((await check("provider"))[0]).toMatchObject({ mark: "warn", text: "Pictures are made on Double" });
  expect(await check("provider", { starter: "refuse" })).toEqual([
    { mark: "bad", text: "The engine does not start", fix: "There is no CUDA here." },
  ]);
  expect(await check("provider", { starter: "crash at start" })).toMatchObject([
    { mark: "bad", fix: expect.stringContaining("libonnxruntime.so") },
  ]);
});

test("the provider: whether fast pictures pay here, as the engine's self-test found", async () => {
  const said = async (starter: string) => (await check("provider", { starter })).at(-1);
  expect(await said("")).toEqual({
    mark: "ok",
    text: expect.stringContaining("Fast pictures (8 bits) are not offered"),
  });
  expect(await said("integers pay")).toEqual({
    mark: "ok",
    text: expect.stringContaining("a step about 1.9 times as fast as an exact one"),
  });
});

test("a check that fails itself is a finding", async () => {
  expect(await check("packages", { root: path.join(home, "nowhere") })).toMatchObject([
    { mark: "bad", text: 'The check "packages" failed' },
  ]);
});

test("pairings lists and revokes by the beginning of an id", async () => {
  const lines: string[] = [];
  const log = jest.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
  const pairings = new Pairings(config.pairingsFile);
  const id = "0123456789abcdef".repeat(2);
  pairings.add({ pairing: id, token: id + id }, "build-1");
  await runPairings([], config);
  expect(lines[0]).toMatch(
    new RegExp(`^${id.slice(0, 8)}  paired \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  plugin build-1$`),
  );
  await expect(runPairings(["revoke", "zz"], config)).rejects.toThrow(/No pairing begins with "zz"/);
  await runPairings(["revoke", id.slice(0, 8)], config);
  expect(pairings.list()).toEqual([]);
  await runPairings(["list"], config);
  expect(lines.at(-1)).toBe("No plugin is paired yet.");
  log.mockRestore();
});
