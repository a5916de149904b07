/** WebGPU for real, on a software driver, with the CPU as fallback forbidden: in a child process, since drivers crash. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";
import { swiftshaderEnvironment, swiftshaderMissing } from "./swiftshader.ts";

const root = path.resolve(__dirname, "../..");
const folder = path.join(root, "node_modules/.cache/underpaint-test");

/** A script of tests/runtime as a program of its own, run to its one line of JSON. */
function runScript(name: string, env: NodeJS.ProcessEnv): unknown {
  mkdirSync(folder, { recursive: true });
  const outfile = path.join(folder, `${name}.mjs`);
  buildSync({
    entryPoints: [path.join(__dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    define: { __dirname: JSON.stringify(path.join(root, "tests/networks")) },
    logLevel: "error",
  });
  const out = execFileSync(process.execPath, [outfile], { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return JSON.parse(out.trim().split("\n").at(-1)!);
}

const onLinux = swiftshaderMissing === undefined ? test : test.skip;

onLinux(
  "WebGPU gives what the CPU gives, with the attention that the self-test found right",
  () => {
    const result = runScript("webgpu-networks", swiftshaderEnvironment(root));
    // SwiftShader has no float16, and ONNX Runtime 1.30's fused attention is wrong on it.
    expect(result).toEqual({ float: "float32", attention: "chunked", cases: 4, wrong: {} });
  },
  300_000,
);
