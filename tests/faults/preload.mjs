/**
 * Loaded into a companion and its engine (`NODE_OPTIONS`). Kills: the file UNDERPAINT_PLAN holds {"who": "companion" or "engine",
 * "at": a stage}, and who it names is killed at the first time that stage is reached. Clocks: the file UNDERPAINT_CLOCK holds {"wall": ms, "steady":
 * ms}, which are added to Date and performance.now from then on; at the start, too.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import WebSocket from "ws";

const [, program = ""] = process.argv;
const isEngine = /engine\.js$/.test(program) && process.send !== undefined;
const isWork = !isMainThread && /work\.js$/.test(program);
const isCompanion = /(main\.js|underpaint\.mjs)$/.test(program) && process.argv.includes("start");

/** Stages: accepted, queued, claimed, loading, encoding, denoising N, decoding, finished, stored, sent. */
function reach(stage) {
  const file = process.env.UNDERPAINT_PLAN;
  if (file === undefined || !existsSync(file)) return;
  const { who, at } = JSON.parse(readFileSync(file, "utf8"));
  if (at !== stage) return;
  rmSync(file);
  process.kill(isEngine && who === "companion" ? process.ppid : process.pid, "SIGKILL");
}

if (isMainThread && isEngine) {
  const send = process.send.bind(process);
  process.send = (message, ...rest) => {
    if (message.type === "done") reach("finished");
    if (message.type === "progress") {
      const { stage, step } = message.progress;
      reach(stage === "denoising" ? `denoising ${step}` : stage);
    }
    return send(message, ...rest);
  };
  process.on("message", ({ type }) => {
    if (type === "run") reach("claimed");
  });
}

if (isMainThread && isCompanion) {
  const typeOf = (frame) => {
    const header = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
    return JSON.parse(new TextDecoder().decode(frame.subarray(4, 4 + header))).message.type;
  };
  const { send } = WebSocket.prototype;
  /** Of the frame whose parts are being sent. */
  let type;
  WebSocket.prototype.send = function (part, options) {
    type ??= typeOf(part);
    const sent = type;
    if (sent === "queued") reach("accepted");
    if (sent === "done") reach("stored");
    if (options.fin) type = undefined;
    return send.call(this, part, options, () => {
      if (sent === "queued") reach("queued");
      if (sent === "done" && options.fin) reach("sent");
    });
  };
}

/** Between two looks at the clocks' file, milliseconds. */
const LOOK_MS = 20;
const clock = process.env.UNDERPAINT_CLOCK;
if ((isWork || (isMainThread && isCompanion)) && clock !== undefined) {
  const offset = { wall: 0, steady: 0 };
  const read = () => existsSync(clock) && Object.assign(offset, JSON.parse(readFileSync(clock, "utf8")));
  read();
  setInterval(read, LOOK_MS).unref();
  const [now, steady] = [Date.now, performance.now.bind(performance)];
  Date.now = () => now() + offset.wall;
  performance.now = () => steady() + offset.steady;
}
