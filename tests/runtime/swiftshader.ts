/** A software Vulkan driver (SwiftShader) from the test browser's package, so that WebGPU runs on a machine without a GPU. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const FILES = ["libvk_swiftshader.so", "libvulkan.so.1"];

/** Why the driver can't be had here; undefined where it can. */
export const swiftshaderMissing =
  process.platform !== "linux" || process.arch !== "x64"
    ? "SwiftShader comes with the test browser on Linux x64 only"
    : undefined;

/** The environment in which a process finds the driver, and nothing else. Unpacks it on the first call. */
export function swiftshaderEnvironment(root: string): NodeJS.ProcessEnv {
  const unpacked = FILES.map((name) => path.join(tmpdir(), name));
  if (!unpacked.every(existsSync)) {
    const script = `import("@sparticuz/chromium").then((m) => m.default.executablePath())`;
    execFileSync(process.execPath, ["-e", script], { cwd: root });
  }
  const folder = mkdtempSync(path.join(tmpdir(), "underpaint-vulkan-"));
  mkdirSync(folder, { recursive: true });
  for (const file of unpacked) copyFileSync(file, path.join(folder, path.basename(file)));
  const icd = path.join(folder, "icd.json");
  const library = path.join(folder, FILES[0]!);
  writeFileSync(
    icd,
    JSON.stringify({ file_format_version: "1.0.0", ICD: { library_path: library, api_version: "1.0.5" } }),
  );
  return {
    ...process.env,
    LD_LIBRARY_PATH: folder,
    VK_DRIVER_FILES: icd,
    VK_ICD_FILENAMES: icd,
    XDG_RUNTIME_DIR: folder,
  };
}
