/** Where networks run, and how graphs are lowered for it. */
import { availableParallelism } from "node:os";
import { Problem } from "../../shared/problem.ts";
import type { DeviceInfo } from "../../shared/protocol.ts";
import { DIALECTS, type Dialect } from "../graph/dialect.ts";
import { probeInChild } from "./probe.ts";
import { bundledProviders } from "./session.ts";

export interface Device {
  readonly info: DeviceInfo;
  /** How graphs for this device are to be built. */
  readonly dialect: Dialect;
}

/** Best first. CoreML is not among them: it recompiles every network at every start and has no attention kernel. */
const PREFERENCE = ["cuda", "webgpu", "dml"] as const;
export type Accelerator = (typeof PREFERENCE)[number];

export const ACCELERATOR_NAMES: Readonly<Record<Accelerator, string>> = {
  cuda: "NVIDIA (CUDA)",
  webgpu: "Graphics card (WebGPU)",
  dml: "DirectML",
};

/** Those that the runtime's package brings for this system, whether they work here or not, best first. */
export const bundledAccelerators = (): Accelerator[] => PREFERENCE.filter((name) => bundledProviders().includes(name));

/** The processor: always there. */
export function cpuDevice(passedOver: DeviceInfo["passedOver"] = []): Device {
  const cores = availableParallelism();
  const name = `CPU (${cores} ${cores === 1 ? "core" : "cores"})`;
  return { info: { provider: "cpu", name, passedOver }, dialect: DIALECTS.cpu };
}

/**
 * The first provider that computes rightly and faster than the processor, tried in the order CUDA, WebGPU, DirectML, each in
 * a process of its own, since a driver may crash. Else the processor; `info.passedOver` says why, for each.
 * `preference` ("cuda", "webgpu", "dml", "cpu"; by default the environment's UNDERPAINT_PROVIDER) asks for one, which then
 * only has to compute rightly; throws Problem "provider-unavailable" where it does not.
 */
export async function chooseDevice(preference = process.env.UNDERPAINT_PROVIDER): Promise<Device> {
  if (preference === "cpu") return cpuDevice();
  if (preference !== undefined && preference !== "") return askedFor(preference);
  const passedOver: { provider: string; reason: string }[] = [];
  for (const provider of bundledAccelerators()) {
    const result = await probeInChild(provider);
    if (result.outcome === "failed") passedOver.push({ provider, reason: result.reason });
    else if (result.seconds > result.cpuSeconds) passedOver.push({ provider, reason: slow(result) });
    else return accelerator(provider, result, passedOver);
  }
  return cpuDevice(passedOver);
}

async function askedFor(preference: string): Promise<Device> {
  const provider = PREFERENCE.find((name) => name === preference);
  if (!provider)
    throw new Problem(
      "provider-unavailable",
      `There is no provider "${preference}": choose one of ${[...PREFERENCE, "cpu"].join(", ")}.`,
    );
  const result = await probeInChild(provider);
  if (result.outcome === "passed") return accelerator(provider, result, []);
  throw new Problem("provider-unavailable", `${ACCELERATOR_NAMES[provider]} can't be used: ${result.reason}`);
}

const accelerator = (
  provider: Accelerator,
  { float, attention, groupNorms, channelsLast }: Pick<Dialect, "float" | "attention" | "groupNorms" | "channelsLast">,
  passedOver: DeviceInfo["passedOver"],
): Device => ({
  info: { provider, name: ACCELERATOR_NAMES[provider], passedOver },
  dialect: { ...DIALECTS[provider], float, attention, groupNorms, channelsLast },
});

const slow = ({ seconds, cpuSeconds }: { seconds: number; cpuSeconds: number }): string =>
  `It is slower than the processor (${Math.round(seconds * 1000)} ms against ${Math.round(cpuSeconds * 1000)} ms for the same product): a driver in software, or a very small graphics chip.`;
