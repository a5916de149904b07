/** The real engine process where memory really runs out. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Engine } from "../../companion/engine/engine.ts";
import { parseRequest } from "../../shared/validate.ts";
import { until } from "../gateway/test-client.ts";
import { STARTER } from "../pipeline/studio-for-tests.ts";
import { canLimitAddresses, limitAddresses, memoryGroup, memoryOf } from "./memory-limit.ts";

const root = path.resolve(__dirname, "../..");
const entry = path.join(root, "dist/companion/engine.js");
const scratch = mkdtempSync(path.join(tmpdir(), "underpaint-memory-"));
const engines: Engine[] = [];
const onLinux = process.platform === "linux";

beforeAll(() => {
  if (!existsSync(entry)) execFileSync(process.execPath, ["companion/build.mjs"], { cwd: root });
});
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())));
afterAll(() => rmSync(scratch, { recursive: true }));

async function open(): Promise<Engine> {
  const setup = { modelsFolders: [], starter: STARTER, provider: "cpu", narrowFolder: path.join(scratch, "narrow") };
  const engine = new Engine({ entry, setup });
  engines.push(engine);
  await until(() => engine.state.device !== undefined);
  return engine;
}
const request = parseRequest({ model: "starter", prompt: "red apple", seed: 1, steps: 1, width: 512, height: 512 });
const run = (engine: Engine) =>
  engine.run(
    { id: "1", task: { kind: "generate", request }, images: new Map() },
    { onProgress: () => {}, signal: new AbortController().signal },
  );

/** A process without memory may have to be found frozen, and be started anew. */
const LONG_MS = 240_000;

/** What the picture takes where there is enough: addresses, and memory of its own. */
let needs: { readonly addresses: number; readonly memory: number };
beforeAll(async () => {
  if (!onLinux) return;
  const engine = await open();
  const pid = engine.pid!;
  const before = memoryOf(pid, "VmSize");
  expect((await run(engine)).facts.thrift).toBeUndefined();
  needs = { addresses: memoryOf(pid, "VmPeak") - before, memory: memoryOf(pid, "VmHWM") };
  await engine.close();
});

(canLimitAddresses() ? test : test.skip)(
  "an allocation that fails costs the picture a rung of the ladder",
  async () => {
    // How many addresses a process reserves differs from run to run.
    let thrift: string | undefined;
    for (const share of [0.7, 0.65, 0.6, 0.55]) {
      const engine = await open();
      limitAddresses(engine.pid!, share * needs.addresses);
      const { facts, attachments } = await run(engine);
      expect(attachments).toMatchObject([{ width: 512, height: 512 }]);
      thrift = facts.thrift;
      await engine.close();
      if (thrift !== undefined) break;
    }
    expect(thrift).toBeDefined();
  },
  LONG_MS,
);

const group = onLinux ? memoryGroup(`underpaint-test-${process.pid}`, 2 ** 30) : undefined;
group?.remove();

(group ? test : test.skip)(
  "a process that the system ends for want of memory costs the picture a rung, too",
  async () => {
    const limited = memoryGroup(`underpaint-test-${process.pid}`, 0.7 * needs.memory)!;
    try {
      const engine = await open();
      const pids = new Set<number>();
      const limit = () => {
        if (engine.state.device === undefined || pids.has(engine.pid!)) return;
        pids.add(engine.pid!);
        limited.add(engine.pid!);
      };
      limit();
      engine.onChange(limit);
      const { facts } = await run(engine);
      expect(facts.thrift).toBeDefined();
      expect(pids.size).toBeGreaterThan(1);
      await engine.close();
    } finally {
      limited.remove();
    }
  },
  LONG_MS,
);
