/** npm, as a child process. Throws with what it said. */
import { spawnSync } from "node:child_process";

export function npm(args, cwd) {
  const { status, stdout, stderr } = spawnSync("npm", args, {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`npm ${args.join(" ")} failed:\n${stderr || stdout}`);
  return stdout;
}
