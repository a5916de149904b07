import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { until } from "../gateway/test-client.ts";

export const CODE = "246810";
const root = path.resolve(__dirname, "../..");

export interface AttackedCompanion {
  readonly port: number;
  readonly said: () => string;
  /** MiB of memory, of the companion's process alone; 0 where the system does not tell. */
  readonly memory: () => number;
  readonly pid: number;
  /** Of the engine's process, the youngest of those that it started. */
  readonly enginePid: () => number;
  /** Milliseconds that its thread was silent at most since the last time. */
  readonly silence: () => Promise<number>;
  stop(): Promise<void>;
}

export interface AttackOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A command that runs it and stays the parent of nothing: `strace -D …`. */
  readonly under?: readonly string[];
  /** Arguments of `start`. */
  readonly args?: readonly string[];
  /** Loaded into each of its processes, of this folder. */
  readonly preloads?: readonly string[];
}

/** The built companion, as `npm start` runs it, in a data folder of its own. */
export async function attackedCompanion(
  home: string,
  { env, under = [], args = [], preloads = ["silence.mjs"] }: AttackOptions = {},
): Promise<AttackedCompanion> {
  const start = ["start", "--no-open", "--no-playground", "--port", "0", "--pair-code", CODE, ...args];
  const imports = preloads.map((name) => `--import=${pathToFileURL(path.join(__dirname, name)).href}`);
  const [command, ...rest] = [...under, process.execPath, path.join(root, "dist/companion/main.js"), ...start];
  const child: ChildProcess = spawn(command!, rest, {
    cwd: root,
    env: {
      ...{ ...process.env, UNDERPAINT_HOME: home, UNDERPAINT_PROVIDER: "cpu" },
      ...{ NODE_OPTIONS: imports.join(" "), ...env },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (data) => {
      text += data;
    });
  await until(() => /localhost:\d+/.test(text) || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`The companion did not start: ${text}`);
  const answers = () => [...text.matchAll(/silence (\d+)/g)].map(([, ms]) => Number(ms));
  return {
    port: Number(/localhost:(\d+)/.exec(text)![1]),
    said: () => text,
    pid: child.pid!,
    memory: () => {
      if (process.platform !== "linux") return 0;
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))![1]) / 1024;
    },
    enginePid: () => {
      const tasks = `/proc/${child.pid}/task`;
      const children = readdirSync(tasks).flatMap(
        (task) => readFileSync(`${tasks}/${task}/children`, "utf8").match(/\d+/g) ?? [],
      );
      return Math.max(...children.map(Number));
    },
    silence: async () => {
      const before = answers().length;
      child.kill("SIGUSR2");
      await until(() => answers().length > before);
      return answers().at(-1)!;
    },
    stop: async () => {
      child.kill("SIGKILL");
      await until(() => child.signalCode !== null || child.exitCode !== null);
    },
  };
}
