/**
 * `npm run bench -- [--peers | --device | --only PART] [--shapes sd15|sdxl] [--model PATH] …`: measures one part (parts.ts), or without a
 * name how fast this machine opens a model of any family, in how much memory, and paints a picture. Without a model, one with
 * random weights is written to the temporary folder (sd15: 4.3 GB, sdxl: 6.9 GB) and removed at the end. `--write` puts what was
 * printed into the pages that have a place for it (pages/write.ts).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { versionOf } from "../root.ts";
import { chooseDevice } from "../runtime/device.ts";
import type { BenchOptions } from "./options.ts";
import { hardware, today } from "./pages/marks.mjs";
import { writeBench } from "./pages/write.ts";
import { parseBench, type Setting } from "./parts.ts";
import { MODEL_SHAPES, writeRandomModel } from "./random-model.ts";
import { USUAL_SHAPES } from "./shapes.ts";

/** What parts start in a process of its own. */
const SERVED: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  "--serve-peer": async ([repeats, model, inputs, kept]) =>
    (await import("./peers/own-program.ts")).serveOwn({ model: model!, inputs: inputs!, kept: kept! }, Number(repeats)),
  "--serve-growth": async ([series, n]) =>
    (await import("./growth/growth.ts")).measureGrowth(Number(series), Number(n)),
  "--serve-picture": async ([key, ...rest]) =>
    (await import("./transformer/subjects.ts")).SUBJECTS[key as "klein"].serve(rest),
};

/** Resolves to the exit code; throws Problem. */
export async function runBench(argv: string[]): Promise<number> {
  const [first = "", ...rest] = argv;
  if (Object.hasOwn(SERVED, first)) return SERVED[first]!(rest);
  const asked = parseBench(argv);
  if (asked.write) return writeBench(asked, argv);
  const scratch = mkdtempSync(path.join(tmpdir(), "underpaint-bench-"));
  try {
    console.log(`${today()}, ${hardware()}, onnxruntime-node ${versionOf("onnxruntime-node")}`);
    return await asked.part.run(settingOf(asked.options, scratch));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function settingOf(options: BenchOptions, scratch: string): Setting {
  const { model, shapes = USUAL_SHAPES } = options;
  return {
    ...{ options, scratch },
    place: () => {
      if (model !== undefined) return path.resolve(model);
      const folder = path.join(scratch, "model");
      console.error("Writing a random model …");
      writeRandomModel(folder, MODEL_SHAPES[shapes]);
      return folder;
    },
    device: async () => {
      const device = await chooseDevice();
      console.log(`On ${device.info.name}`);
      return device;
    },
  };
}
