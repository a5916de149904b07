/** The real engine process where memory really runs out. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Engine } from "../../companion/engine/engine.ts";
import type { Problem } from "../../shared/problem.ts";
import { THRIFTS } from "../../shared/thrift.ts";
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

// Where an allocation fails is a matter of chance: for runs by hand, with UNDERPAINT_FAULTS=all.
const chance = process.env.UNDERPAINT_FAULTS === "all" && canLimitAddresses();
(chance ? test : test.skip)(
  `an allocation that fails costs the picture a rung of the ladder, or it is said to be too large${chance ? "" : " (with UNDERPAINT_FAULTS=all)"}`,
  async () => {
    for (const share of [0.7, 0.65, 0.6, 0.55]) {
      const engine = await open();
      limitAddresses(engine.pid!, share * needs.addresses);
      const end = await run(engine).then(
        ({ facts }) => facts.thrift,
        (problem: Problem) => problem.code,
      );
      await engine.close();
      if (end === undefined && share > 0.55) continue;
      expect([...THRIFTS, "out-of-memory"]).toContain(end);
      return;
    }
  },
  LONG_MS,
);

const group = onLinux ? memoryGroup(`underpaint-test-${process.pid}`, 2 ** 30) : undefined;
group?.remove();

(group ? test : test.skip)(
  "a process that the system ends for want of memory costs the picture a rung, too",
  async () => {
    // How much of what a process holds counts for its group differs from run to run.
    for (const share of [0.7, 0.6, 0.5]) {
      const { thrift, processes } = await within(share * needs.memory);
      if (processes === 1 && share > 0.5) continue;
      expect(thrift).toBeDefined();
      expect(processes).toBeGreaterThan(1);
      return;
    }
  },
  LONG_MS,
);

/** The picture's thrift where the engine's processes have so many bytes together, and how many there were. */
async function within(bytes: number) {
  const limited = memoryGroup(`underpaint-test-${process.pid}`, bytes)!;
  const engine = await open();
  try {
    const pids = new Set<number>();
    const limit = () => {
      if (engine.state.device === undefined || pids.has(engine.pid!)) return;
      pids.add(engine.pid!);
      limited.add(engine.pid!);
    };
    limit();
    engine.onChange(limit);
    const { facts } = await run(engine);
    return { thrift: facts.thrift, processes: pids.size };
  } finally {
    await engine.close();
    limited.remove();
  }
}
