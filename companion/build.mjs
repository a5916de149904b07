/**
 * Builds everything into dist/: the plugin's two halves as Figma wants them, the companion with its engine process, and
 * the playground. `node companion/build.mjs`; takes about a second.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(root, ...parts);

const common = { bundle: true, absWorkingDir: root, logLevel: "warning", legalComments: "none", charset: "utf8" };

/** The plugin's main thread: one script for Figma's VM, which speaks ES2017 for certain. */
async function pluginMain(buildId) {
  await build({
    ...common,
    entryPoints: [at("plugin/main/main.ts")],
    outfile: at("dist/plugin/main.js"),
    format: "iife",
    target: "es2017",
    platform: "neutral",
    define: { BUILD_ID: JSON.stringify(buildId) },
  });
}

/** The plugin's interface: one HTML file with script and styles inside, as Figma demands. */
async function pluginUi(buildId) {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [at("plugin/ui/ui.tsx")],
    outdir: at("dist/plugin"),
    write: false,
    format: "iife",
    target: "chrome110",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    alias: { react: "preact/compat" },
    loader: { ".svg": "text" },
    define: { BUILD_ID: JSON.stringify(buildId), "process.env.NODE_ENV": '"production"' },
  });
  const textOf = (extension) => outputFiles.find((f) => f.path.endsWith(extension))?.text ?? "";
  const script = textOf(".js").replaceAll("</script", "<\\/script");
  const style = textOf(".css").replaceAll("</style", "<\\/style");
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Underpaint</title><style>${style}</style></head><body><div id="app"></div><script>${script}</script></body></html>\n`;
  await mkdir(at("dist/plugin"), { recursive: true });
  await writeFile(at("dist/plugin/ui.html"), html);
}

/** The companion: the command line and the engine's child process. Packages stay in node_modules. */
async function companion() {
  await build({
    ...common,
    entryPoints: {
      main: at("companion/main.ts"),
      engine: at("companion/engine/child.ts"),
      probe: at("companion/runtime/probe-child.ts"),
    },
    outdir: at("dist/companion"),
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    sourcemap: true,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
  });
}

/** The playground's page; its own build step knows its assets. */
async function playground() {
  const step = at("playground/build.mjs");
  if (!existsSync(step)) return;
  const { buildPlayground } = await import(pathToFileURL(step).href);
  await buildPlayground({ root, outdir: at("dist/playground"), common });
}

const { version } = JSON.parse(await readFile(at("package.json"), "utf8"));
const buildId = `${version}-${createHash("sha256").update(String(Date.now())).digest("hex").slice(0, 6)}`;
await Promise.all([pluginMain(buildId), pluginUi(buildId), companion(), playground()]);
await writeFile(at("dist/build-id"), buildId);
