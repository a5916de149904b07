import { writeSync } from "node:fs";

// A stand-in for the engine process: does what the job's prompt says. Tests of the real one are in tests/end-to-end.
const setup = JSON.parse(process.argv[2]);
const cancelled = new Set();
const send = (message) => process.send(message);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const block = (ms) => {
  for (const end = Date.now() + ms; Date.now() < end; );
};

const pulse = (resident) =>
  writeSync(4, `${JSON.stringify({ turns: Date.now(), insideRuntime: false, work: 0, resident })}\n`);

setInterval(() => pulse(0), 250);
process.on("disconnect", () => process.exit());
process.on("message", async (message) => {
  if (message.type === "cancel") return cancelled.add(message.job);
  const { id, task, images } = message.job;
  switch (task.request.prompt) {
    case "echo": {
      const png = images.get("image") ?? new Uint8Array([1, 2, 3]);
      send({ type: "progress", job: id, progress: { stage: "denoising", step: 1, of: 2, preview: png } });
      const attachments = [{ name: "image", mediaType: "image/png", width: 1, height: 1, bytes: png }];
      return send({ type: "done", job: id, result: { attachments, seconds: 0.1, facts: { tokens: 2 } } });
    }
    case "fail":
      return send({ type: "failed", job: id, problem: { code: "mask-empty", message: "The mask selects nothing." } });
    case "abort":
      console.error("terminate called after throwing an instance of 'char const*'");
      return process.abort();
    case "cut short":
      send({ type: "mapped", files: [{ file: setup.narrowFolder, stamp: "0:0:0" }] });
      return process.kill(process.pid, "SIGBUS");
    case "hungry": {
      const { level } = message.job;
      send({ type: "rung", job: id, ...(level < 4 && { next: level + 2 }) });
      if (level < 4) {
        console.error("terminate called after throwing an instance of 'std::bad_alloc'");
        return process.abort();
      }
      return send({ type: "done", job: id, result: { attachments: [], seconds: level, facts: {} } });
    }
    case "exhaust":
      console.error("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory");
      return process.abort();
    case "slow":
      while (!cancelled.has(id)) await sleep(5);
      return send({ type: "cancelled", job: id });
    case "deaf":
      send({ type: "progress", job: id, progress: { stage: "denoising", step: 0, of: 2 } });
      await sleep(10);
      return block(60_000);
    case "swell":
      for (const resident of [2e9, 3e9, 1e9]) {
        pulse(resident);
        await sleep(100);
      }
      // Pulses have a channel of their own, and may be read later.
      await sleep(1000);
      return send({ type: "done", job: id, result: { attachments: [], seconds: 1, facts: {} } });
    case "priority":
      return;
  }
});

if (setup.starter === "crash at start") {
  console.error("Error: libonnxruntime.so: cannot open shared object file");
  process.exit(1);
}
if (setup.starter === "refuse") {
  const problem = { code: "provider-unavailable", message: "There is no CUDA here." };
  process.send({ type: "unavailable", problem }, () => process.exit(1));
} else {
  const pays = setup.starter === "integers pay" ? { timesFaster: 1.87 } : {};
  const memory = setup.memory === undefined ? {} : { memory: setup.memory };
  send({ type: "ready", device: { provider: "cpu", name: "Double", passedOver: [], ...pays, ...memory } });
}
