/** Builds the playground: the VM's prelude as a script, then the page around it. */
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { build } from "esbuild";

/** The prelude as one script that defines `prelude`; it runs inside the VM. */
export async function bundlePrelude({ root }) {
  const { outputFiles } = await build({
    entryPoints: [path.join(root, "playground/vm/prelude.ts")],
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: "iife",
    globalName: "prelude",
    target: "es2020",
    platform: "neutral",
    charset: "utf8",
    legalComments: "none",
  });
  // `var prelude` would be a global that the plugin sees: the installer deletes it.
  return outputFiles[0].text.replace(/^(?:"use strict";\s*)?var prelude =/, "globalThis.prelude =");
}

/**
 * Figma's colour variables, from the design system package: there the theme's class stands below the root, in Figma it is
 * on the root itself.
 */
async function figmaStyle(file) {
  const css = await readFile(file, "utf8");
  return css.replaceAll(":root .figma-", ".figma-");
}

/** Puts the page into `outdir`: index.html, app.js, app.css, frame.html and QuickJS's wasm. Resolves to esbuild's metafile, with the files that were copied. */
export async function buildPlayground({ root, outdir, common }) {
  const { resolve } = createRequire(path.join(root, "package.json"));
  await mkdir(outdir, { recursive: true });
  const themeFile = path.join(path.dirname(resolve("@create-figma-plugin/ui")), "css/theme.css");
  const [prelude, theme] = await Promise.all([bundlePrelude({ root }), figmaStyle(themeFile)]);
  const texts = { "text:prelude": prelude, "text:figma-style": theme };
  const { metafile } = await build({
    ...common,
    entryPoints: { app: path.join(root, "playground/app/main.tsx") },
    outdir,
    format: "esm",
    target: "chrome110",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    sourcemap: true,
    loader: { ".svg": "text" },
    plugins: [
      {
        name: "generated-text",
        setup(bundler) {
          bundler.onResolve({ filter: /^text:/ }, ({ path: name }) => ({ path: name, namespace: "text" }));
          bundler.onLoad({ filter: /./, namespace: "text" }, ({ path: name }) => ({
            contents: texts[name],
            loader: "text",
          }));
        },
      },
    ],
  });
  await writeFile(path.join(outdir, "figma-style.css"), theme);
  await cp(path.join(root, "playground/app/index.html"), path.join(outdir, "index.html"));
  await cp(path.join(root, "playground/app/frame.html"), path.join(outdir, "frame.html"));
  const wasm = resolve("@jitl/quickjs-wasmfile-release-sync/wasm");
  await cp(wasm, path.join(outdir, "quickjs.wasm"));
  const copied = [themeFile, wasm].map((file) => [path.relative(root, file).replaceAll("\\", "/"), {}]);
  return { ...metafile, inputs: { ...metafile.inputs, ...Object.fromEntries(copied) } };
}
