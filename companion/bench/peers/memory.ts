/** Whether programs fit into this machine's memory beside each other, and what one says that does not fit at all. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { freemem } from "node:os";
import path from "node:path";

/** Bytes that programs can get now, without any that other ones have. */
export function freeBytes(): number {
  if (process.platform !== "linux") return freemem();
  const [, kilobytes] = readFileSync("/proc/meminfo", "utf8").match(/MemAvailable:\s+(\d+)/) ?? [];
  return Number(kilobytes) * 1024;
}

/** Bytes of a diffusers folder's weights, as they lie. */
export const weightBytes = (folder: string): number =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(".safetensors"))
    .reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);

/** `floats`: bytes of the weights in float32. */
export const fitBeside = (contestants: readonly { readonly holds: number }[], floats: number, free: number): boolean =>
  contestants.reduce((sum, { holds }) => sum + holds, 0) * floats <= free;

export const TOO_LARGE = "needs more memory than this machine has";

/** Whether a program's last words are about memory: of Python, PyTorch, C++, ONNX Runtime, Node, and of a kernel that ends it. */
export const isTooLarge = (reason: string): boolean =>
  /memory|bad_alloc|fail\w* to allocate|allocation failed|can't allocate|SIGKILL/i.test(reason);
