module.exports = {
  rootDir: "..",
  testMatch: ["<rootDir>/tests/**/*.test.ts", "<rootDir>/tests/**/*.test.tsx"],
  testSequencer: "<rootDir>/tests/longest-first.cjs",
  globalSetup: "<rootDir>/tests/seeded-weights.ts",
  testEnvironment: "<rootDir>/tests/environment.cjs",
  transform: { "\\.(ts|tsx|js|mjs)$": "<rootDir>/tests/esbuild-transform.cjs" },
  // Packages that ship ES modules only are transformed too.
  transformIgnorePatterns: [
    "/node_modules/(?!(@huggingface/tokenizers|@noble/curves|@noble/hashes|fast-check|pure-rand|onnx-buf|@bufbuild/protobuf|preact|@create-figma-plugin|quickjs-emscripten)/)",
  ],
  moduleNameMapper: { "\\.css$": "<rootDir>/tests/empty.cjs" },
  modulePathIgnorePatterns: ["<rootDir>/dist"],
  // For what hangs; a slow machine is no failure.
  testTimeout: 300_000,
  maxWorkers: 2,
};
