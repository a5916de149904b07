/** Real limits of memory for a process, where this system has them. */
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Bytes, of a running process, by the names of /proc/PID/status. */
export function memoryOf(pid: number, name: "VmSize" | "VmPeak" | "VmRSS" | "VmHWM" | "RssAnon"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)![1]);
}

/** Whether `limitAddresses` works here. */
export function canLimitAddresses(): boolean {
  try {
    return process.platform === "linux" && execFileSync("prlimit", ["--version"]).length > 0;
  } catch {
    return false;
  }
}

/** Lets a running process map `bytes` more at the most: an allocation beyond fails in it. */
export const limitAddresses = (pid: number, bytes: number): void =>
  void execFileSync("prlimit", ["--pid", String(pid), `--as=${Math.round(memoryOf(pid, "VmSize") + bytes)}`]);

/** A control group whose processes may have `bytes` together: the system ends one that wants more. Undefined where there are none. */
export function memoryGroup(name: string, bytes: number): { add(pid: number): void; remove(): void } | undefined {
  const [v1, v2] = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"];
  const isV1 = existsSync(path.join(v1, "memory.limit_in_bytes"));
  const controls = path.join(v2, "cgroup.subtree_control");
  if (!isV1 && !(existsSync(controls) && readFileSync(controls, "utf8").includes("memory"))) return undefined;
  const folder = path.join(isV1 ? v1 : v2, name);
  try {
    mkdirSync(folder);
    accessSync(folder, constants.W_OK);
    writeFileSync(path.join(folder, isV1 ? "memory.limit_in_bytes" : "memory.max"), String(Math.round(bytes)));
  } catch {
    return undefined;
  }
  return {
    add: (pid) => writeFileSync(path.join(folder, "cgroup.procs"), String(pid)),
    // A process that was ended a moment ago may still be leaving it.
    remove: () => {
      for (const end = Date.now() + 10_000; ; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)) {
        try {
          return rmdirSync(folder);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EBUSY" || Date.now() > end) throw error;
        }
      }
    },
  };
}
