// Jest's transformer: esbuild turns TypeScript and ES modules into CommonJS. Types are checked by `tsc`, not here.
const { createHash } = require("node:crypto");
const { version, transformSync } = require("esbuild");

const prelude = "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;";

module.exports = {
  getCacheKey: (source, file) => createHash("sha256").update(version).update(file).update(source).digest("hex"),
  process(source, file) {
    const extension = file.slice(file.lastIndexOf(".") + 1);
    const { code } = transformSync(source, {
      loader: { ts: "ts", tsx: "tsx", jsx: "jsx" }[extension] ?? "js",
      format: "cjs",
      target: "node20",
      // `import()` becomes `require` as well: one way of loading, on every Node.
      supported: { "dynamic-import": false },
      jsx: "automatic",
      jsxImportSource: "preact",
      sourcefile: file,
      sourcemap: "inline",
      define: { "import.meta.url": "__importMetaUrl", BUILD_ID: '"test"' },
    });
    return { code: code.includes("__importMetaUrl") ? `${prelude}${code}` : code };
  },
};
