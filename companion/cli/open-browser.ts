import { spawn } from "node:child_process";

/** False where there is nobody to look at it: no display, or a machine that builds and tests. */
export function hasDisplay(env = process.env, platform = process.platform): boolean {
  if (env.CI !== undefined) return false;
  return (
    platform === "darwin" || platform === "win32" || env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined
  );
}

/** In the default browser. Where that fails nothing is lost: the address is on the screen. */
export function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", url]
        : ["xdg-open", url];
  spawn(command!, args, { detached: true, stdio: "ignore" })
    .on("error", () => {})
    .unref();
}
