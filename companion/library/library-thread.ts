/** The thread that opens files of unknown origin: whatever one of them takes, the gateway's thread goes on. */
import { parentPort, workerData } from "node:worker_threads";
import { Problem } from "../../shared/problem.ts";
import { Hashes } from "./hashes.ts";
import { openLibrary } from "./library.ts";
import type { FromLibrary, LibraryAnswer, LibraryCall, LibrarySetup, ToLibrary } from "./library-messages.ts";
import { liveLibrary } from "./live-library.ts";

const { hashesFile, refused, ...options } = workerData as LibrarySetup;
const say = (message: FromLibrary) => parentPort!.postMessage(message);

const library = openLibrary({
  ...options,
  beforeOpening: ({ path }) => {
    say({ type: "opening", file: path });
    const problem = refused.get(path);
    return problem && { kind: "problem", problem };
  },
});
const live = liveLibrary(library, new Hashes({ file: hashesFile }));
let stop: (() => void) | undefined;

function answer(call: LibraryCall): Promise<LibraryAnswer> {
  if (call.name === "thumbnail") return live.thumbnail(call.id);
  if (call.name === "hashes") return live.hashes(call.ids);
  return call.name === "list" ? live.list() : live.digests();
}

parentPort!.on("message", async (message: ToLibrary) => {
  if (message.type === "watch") {
    stop?.();
    stop = message.on ? live.onChange(() => say({ type: "changed" })) : undefined;
    return;
  }
  const { id, call } = message;
  try {
    say({ type: "answer", id, value: await answer(call) });
  } catch (error) {
    say({ type: "failed", id, problem: Problem.from(error).toJSON() });
  }
});
