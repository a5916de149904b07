/** A Chromium to test with: an installed one that CHROME_PATH names, the one of @sparticuz/chromium, or one in a usual place. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const USUAL = [
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

export type FoundBrowser = { readonly path: string } | { readonly missing: string };

/** Synchronous, because tests are named before they run. */
export function findBrowser(root: string): FoundBrowser {
  const named = process.env.CHROME_PATH;
  if (named !== undefined)
    return existsSync(named) ? { path: named } : { missing: `CHROME_PATH names "${named}", which does not exist` };
  const packaged = process.platform === "linux" && process.arch === "x64" ? unpack(root) : undefined;
  const found = packaged ?? USUAL.find((candidate) => existsSync(candidate));
  return found === undefined
    ? { missing: "there is no Chrome or Chromium on this machine: install one, or name it in CHROME_PATH" }
    : { path: found };
}

/** The package unpacks its browser into the temporary folder, and is an ES module: another process asks it. */
function unpack(root: string): string | undefined {
  if (!existsSync(path.join(root, "node_modules/@sparticuz/chromium"))) return undefined;
  const script = `console.log(await (await import("@sparticuz/chromium")).default.executablePath())`;
  const file = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root, encoding: "utf8" });
  return existsSync(file.trim()) ? file.trim() : undefined;
}
