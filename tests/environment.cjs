// Jest runs test files in a VM context with typed arrays of its own, which onnxruntime refuses
// (microsoft/onnxruntime#16622): give the context the host's.
// Tests change a copy of the process's environment: the runtime reads the process's own.
process.env.ORT_DISABLE_TELEMETRY = "1";
const { TestEnvironment } = require("jest-environment-node");

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of [
      "ArrayBuffer",
      "SharedArrayBuffer",
      "DataView",
      "Uint8Array",
      "Uint8ClampedArray",
      "Uint16Array",
      "Uint32Array",
      "Int8Array",
      "Int16Array",
      "Int32Array",
      "Float32Array",
      "Float64Array",
      "BigInt64Array",
      "BigUint64Array",
    ]) {
      this.global[name] = globalThis[name];
    }
  }
};
