import type { UNetModel } from "../checkpoint/model.ts";
import { forIntegers } from "../graph/dialect.ts";
import type { Quantizer } from "../graph/graph.ts";
import { oneByOne } from "../pipeline/denoiser/one-by-one.ts";
import { openShared, openWhole, sharesFirst } from "../pipeline/denoiser/open-network.ts";
import type { ActiveLora } from "../pipeline/weights/lora-slots.ts";
import type { Device } from "../runtime/device.ts";
import { openSession, type Session } from "../runtime/session.ts";
import { pictureUNet } from "./picture-unet.ts";
import { GUIDED } from "./step-feeds.ts";

interface Options {
  /** In whole numbers. Absent: exact. */
  readonly quantizer?: Quantizer | undefined;
  readonly loras?: readonly ActiveLora[];
}

type Sessions = Parameters<typeof openWhole>[0];

/** The UNet for a guided picture of the model's native size, in the sessions that it has. */
export function leaseStep(sessions: Sessions, model: UNetModel, device: Device, { quantizer, loras }: Options = {}) {
  const own = quantizer ? { dialect: forIntegers(device.dialect) } : device;
  const batch = quantizer ? 1 : GUIDED;
  const graphFor = (rows: number) => pictureUNet(model, own, loras, { ...(quantizer && { quantizer }), batch: rows });
  return sharesFirst(own.dialect, model.denoiser.config)
    ? openShared(sessions, "UNet", graphFor, { batch, rows: 1 })
    : openWhole(sessions, "UNet", () => graphFor(batch));
}

/** A guided step at the model's native size, opened and run as pictures do. */
export async function openStep(
  model: UNetModel,
  device: Device,
  options: Options = {},
): Promise<Pick<Session, "inputs" | "run" | "release">> {
  const opened: Session[] = [];
  const sessions: Sessions = {
    lease: async (_, graph, { memory } = {}) => {
      const session = await openSession(graph(), device, memory && { values: memory });
      opened.push(session);
      return { ...session, release: () => undefined };
    },
  };
  const { inputs, evaluation } = await leaseStep(sessions, model, device, options);
  return {
    inputs,
    run: (feeds) =>
      options.quantizer === undefined ? evaluation()(feeds, 0) : oneByOne({ run: evaluation(), inputs }, GUIDED)(feeds),
    release: async () => {
      for (const session of opened) await session.release();
    },
  };
}
