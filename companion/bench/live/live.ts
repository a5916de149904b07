/**
 * `npm run bench -- --only live`: Live beyond Figma, with the starter. A companion of its own and a real socket: from the edited
 * frame's pixels, ready to be sent, to the picture, received. `node tests/browser/tool.mjs live` measures Figma's part as well.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PixelImage } from "../../../shared/pixels.ts";
import type { GenerateRequest } from "../../../shared/request.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { encodePng } from "../../image/encode.ts";
import { STARTER_ID } from "../../library/library.ts";
import { type RunningCompanion, startCompanion } from "./companion-process.ts";
import { PluginClient } from "./plugin-client.ts";

const EDITS = 50;
/** The first ones open the model and wake every path up. */
const WARM_UP = 4;
/** Of the median, milliseconds: what is asked of Live from the edit to the screen. */
const TARGET_MS = 400;
const SIDE = 128;
const IMAGE = "image";
/** As the panel asks at its first strength: four of these steps are drawn. */
const ASKED = { steps: 7, strength: 0.6, guidanceScale: 1 };

/** Prints; resolves to the exit code: 1 where the median is above what is asked. */
export async function runLive(): Promise<number> {
  const home = mkdtempSync(path.join(tmpdir(), "underpaint-live-"));
  let companion: RunningCompanion | undefined;
  try {
    companion = await startCompanion(home);
    const client = await PluginClient.connect(companion);
    const medians: number[] = [];
    for (const [name, more] of [
      ["exact", {}],
      ["fast", { quantize: "int8" }],
    ] as const) {
      const times = await repaint(client, more);
      medians.push(times[EDITS >> 1]!);
      const at = (share: number) => times[Math.floor(EDITS * share)]!.toFixed(0);
      console.log(
        `${EDITS} edits, ${name}: sent, painted and received in ${at(0.5)} ms (median), 95 of 100 within ${at(0.95)} ms (target, with Figma's part: ${TARGET_MS})`,
      );
    }
    client.close();
    return Math.min(...medians) > TARGET_MS ? 1 : 0;
  } finally {
    await companion?.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Milliseconds for each edit, shortest first. */
async function repaint(client: PluginClient, more: Partial<GenerateRequest>): Promise<number[]> {
  const request = parseRequest({
    ...{ model: STARTER_ID, prompt: "red apple", seed: 7, width: SIDE, height: SIDE, image: IMAGE },
    ...{ ...ASKED, ...more },
  });
  const times: number[] = [];
  for (let edit = -WARM_UP; edit < EDITS; edit++) {
    const bytes = await encodePng(ball(edit));
    const began = performance.now();
    const job = randomBytes(16).toString("hex");
    const done = client.next("done");
    const images = [{ name: IMAGE, sha256: createHash("sha256").update(bytes).digest("hex") }];
    const task = { kind: "generate", request } as const;
    client.send({ type: "submit", task, jobs: [{ job }], images, fleeting: true }, new Map([[IMAGE, bytes]]));
    await done;
    if (edit >= 0) times.push(performance.now() - began);
    client.send({ type: "acknowledge", job });
  }
  return times.sort((a, b) => a - b);
}

/** A red ball on white, each time somewhere else. */
function ball(edit: number): PixelImage {
  const data = new Uint8Array(4 * SIDE * SIDE).fill(255);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++)
      if (Math.hypot(x - 44 - (edit % 40), y - 64) < 40) data.set([220, 30, 30], 4 * (y * SIDE + x));
  return { width: SIDE, height: SIDE, data };
}
