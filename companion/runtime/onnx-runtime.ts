/**
 * ONNX Runtime with its telemetry off. Its official builds collect events by default: on Linux and macOS 1.30 writes a
 * device id and a database below the user's cache folder and sends them to its maker (its Privacy.md). It reads the variable
 * at its first call, so nothing else may import the package.
 */
import { env, InferenceSession, listSupportedBackends, Tensor } from "onnxruntime-node";

process.env.ORT_DISABLE_TELEMETRY = "1";

/** "1.30.0" */
export const RUNTIME_VERSION = env.versions.node ?? env.versions.common;

export { InferenceSession, listSupportedBackends, Tensor };
