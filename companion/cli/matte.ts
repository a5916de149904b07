/** `underpaint matte`: one picture without its background, without plugin or server. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { MATTE_SIDE, matteSchema } from "../../shared/matte.ts";
import { Problem } from "../../shared/problem.ts";
import { THRIFT_WORDS } from "../../shared/thrift.ts";
import { readConfig } from "../config.ts";
import { openWholeMatting } from "../opening/open-whole.ts";
import { mattePicture } from "../pipeline/matte/matte-picture.ts";
import { memoryBounds } from "../pipeline/studio/create-studio.ts";
import { createSessions } from "../pipeline/studio/sessions.ts";
import { chooseDevice } from "../runtime/device.ts";
import { print, printError } from "./print.ts";

const USAGE = "underpaint matte IMAGE --model FILE --out FILE [--side PIXELS]";

/** Writes the subject as a PNG with alpha. Resolves to the exit code; throws Problem. */
export async function runMatte(argv: string[]): Promise<number> {
  const { image, out, request } = readArguments(argv);
  const config = readConfig({});
  const device = await chooseDevice(config.provider);
  const sessions = createSessions({ device, ...memoryBounds(device, config.memory) });
  try {
    const bytes = await readFile(image).catch(() => refuse(`"${image}" cannot be read`));
    const studio = { device, sessions, openMatting: (file: string) => openWholeMatting(path.resolve(file)) };
    const work = mattePicture(request, new Map([[request.image, new Uint8Array(bytes)]]), studio);
    for (;;) {
      const { value, done } = await work.next();
      if (!done) continue;
      await writeFile(out, value.png);
      print(`${out}: ${value.width} × ${value.height}`);
      if (value.thrift !== undefined) printError(`To fit into memory, ${THRIFT_WORDS[value.thrift]}.`);
      return 0;
    }
  } finally {
    await sessions.close();
  }
}

function refuse(what: string): never {
  throw new Problem("request-invalid", `${what}: give ${USAGE}.`);
}

function readArguments(argv: string[]) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { model: { type: "string" }, out: { type: "string" }, side: { type: "string" } },
  });
  const [image] = positionals;
  const { model, out, side = String(MATTE_SIDE.usual) } = values;
  if (image === undefined || model === undefined || out === undefined) refuse("Something is missing");
  const request = v.safeParse(matteSchema, { image: "image", model, side: Number(side) });
  if (!request.success) refuse(`A side of ${side} pixels is not possible (64 to 2048, a multiple of 32)`);
  return { image, out, request: request.output };
}
