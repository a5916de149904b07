/**
 * Builds everything into dist/: the plugin's two halves as Figma wants them, the companion with its engine process, and
 * the playground. `node companion/build.mjs`; takes about a second. `companion/package` builds the same into another folder.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** A place in the project. */
export const at = (...parts) => path.join(root, ...parts);

const common = {
  bundle: true,
  absWorkingDir: root,
  logLevel: "warning",
  legalComments: "none",
  charset: "utf8",
  metafile: true,
};

/** CommonJS packages inside a bundle of ES modules call `require` for what Node brings. */
const REQUIRE =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/** The plugin's main thread: one script for Figma's VM, which speaks ES2017 for certain. */
async function pluginMain({ outdir, buildId }) {
  const { metafile } = await build({
    ...common,
    entryPoints: [at("plugin/main/main.ts")],
    outfile: path.join(outdir, "plugin/main.js"),
    format: "iife",
    target: "es2017",
    platform: "neutral",
    define: { BUILD_ID: JSON.stringify(buildId) },
  });
  return metafile;
}

/** The plugin's interface: one HTML file with script and styles inside, as Figma demands. */
async function pluginUi({ outdir, buildId }) {
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: [at("plugin/ui/ui.tsx")],
    outdir: path.join(outdir, "plugin"),
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
  await mkdir(path.join(outdir, "plugin"), { recursive: true });
  await writeFile(path.join(outdir, "plugin/ui.html"), html);
  return metafile;
}

/** The companion: the command line and the engine's child process. Packages that it leaves outside stay in node_modules. */
async function companion({ outdir, external, sourcemap }) {
  const { metafile } = await build({
    ...common,
    entryPoints: {
      main: at("companion/main.ts"),
      engine: at("companion/engine/child.ts"),
      library: at("companion/library/library-thread.ts"),
      work: at("companion/work-thread/work-thread.ts"),
      probe: at("companion/runtime/probe-child.ts"),
    },
    outdir: path.join(outdir, "companion"),
    format: "esm",
    platform: "node",
    target: "node20",
    ...(external === undefined ? { packages: "external" } : { external, banner: { js: REQUIRE } }),
    sourcemap,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
  });
  return metafile;
}

/** The playground's page; its own build step knows its assets. */
async function playground({ outdir }) {
  const step = at("playground/build.mjs");
  if (!existsSync(step)) return { inputs: {} };
  const { buildPlayground } = await import(pathToFileURL(step).href);
  return buildPlayground({ root, outdir: path.join(outdir, "playground"), common });
}

/**
 * Everything, into `outdir`. `external`: the only packages to leave outside the companion's bundle; absent, all are.
 * Resolves to esbuild's metafiles: what went in.
 */
export async function buildAll({ outdir, external, sourcemap = true }) {
  const { version } = JSON.parse(await readFile(at("package.json"), "utf8"));
  const buildId = `${version}-${createHash("sha256").update(String(Date.now())).digest("hex").slice(0, 6)}`;
  const options = { outdir, buildId, external, sourcemap };
  const metafiles = await Promise.all([pluginMain, pluginUi, companion, playground].map((step) => step(options)));
  await writeFile(path.join(outdir, "build-id"), buildId);
  return metafiles;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll({ outdir: at("dist") });
