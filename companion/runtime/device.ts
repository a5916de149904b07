/** Where networks run, and how graphs are lowered for it. */
import { availableParallelism } from "node:os";
import type { DeviceInfo } from "../../shared/protocol.ts";
import { DIALECTS, type Dialect } from "../graph/dialect.ts";

export interface Device {
  readonly info: DeviceInfo;
  /** How graphs for this device are to be built. */
  readonly dialect: Dialect;
}

/** The processor: always there. */
export function cpuDevice(passedOver: DeviceInfo["passedOver"] = []): Device {
  const cores = availableParallelism();
  const name = `CPU (${cores} ${cores === 1 ? "core" : "cores"})`;
  return { info: { provider: "cpu", name, passedOver }, dialect: DIALECTS.cpu };
}

export async function chooseDevice(_preference?: string): Promise<Device> {
  return cpuDevice();
}
