/** `underpaint enlarge`: one picture made larger by an upscaler, without plugin or server. */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Problem } from "../../shared/problem.ts";
import { readConfig } from "../config.ts";
import { decodeImage } from "../image/decode.ts";
import { encodePng } from "../image/encode.ts";
import { openWholeUpscaler } from "../opening/open-whole.ts";
import { enlarge } from "../pipeline/enlarge/enlarge.ts";
import { memoryBounds } from "../pipeline/studio/create-studio.ts";
import { createSessions } from "../pipeline/studio/sessions.ts";
import { chooseDevice } from "../runtime/device.ts";
import { print } from "./print.ts";

const USAGE = "underpaint enlarge IMAGE --upscaler FILE --out FILE";

/** Writes the larger picture as a PNG. Resolves to the exit code; throws Problem. */
export async function runEnlarge(argv: string[]): Promise<number> {
  const { image, upscaler, out } = readArguments(argv);
  const network = openWholeUpscaler(upscaler);
  const config = readConfig({});
  const device = await chooseDevice(config.provider);
  const sessions = createSessions({ device, ...memoryBounds(device, config.memory) });
  try {
    const picture = await decodeImage(await readFile(image).catch(() => refuse(`"${image}" cannot be read`)));
    const work = enlarge(picture, network, { device, sessions });
    for (;;) {
      const { value, done } = await work.next();
      if (done) {
        await writeFile(out, await encodePng(value));
        print(`${out}: ${value.width} × ${value.height}`);
        return 0;
      }
      print(`part ${value.step} of ${value.of}`);
    }
  } finally {
    await sessions.close();
  }
}

function refuse(what: string): never {
  throw new Problem("request-invalid", `${what}: give ${USAGE}.`);
}

function readArguments(argv: string[]): { image: string; upscaler: string; out: string } {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { upscaler: { type: "string" }, out: { type: "string" } },
  });
  const [image] = positionals;
  const { upscaler, out } = values;
  if (image === undefined || upscaler === undefined || out === undefined) refuse("Something is missing");
  return { image, upscaler, out };
}
