import { crashOf } from "../../companion/engine/crash.ts";
import { MemoryWitness } from "../../companion/engine/memory-witness.ts";

const killed = { code: null, signal: "SIGKILL", stderr: "" } as const;

test("crashOf() takes a kill for want of memory where the system did it, or perhaps where memory was short", () => {
  expect(crashOf({ ...killed, testimony: "killed" })).toMatchObject({
    ...{ memory: "yes", problem: { code: "out-of-memory" } },
  });
  const short = crashOf({ ...killed, testimony: "short" });
  expect(short).toMatchObject({ memory: "perhaps", problem: { code: "engine-crashed" } });
  expect(short.problem.message).toMatch(/SIGKILL; the system does this when memory runs out/);
  expect(crashOf({ ...killed, testimony: "plenty" }).memory).toBe("no");
});

test("crashOf() believes a process that says itself that memory ran out", () => {
  const stderr = "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc";
  expect(crashOf({ code: null, signal: "SIGABRT", stderr, testimony: "plenty" }).memory).toBe("yes");
  expect(crashOf({ code: null, signal: "SIGABRT", stderr: "", testimony: "short" }).memory).toBe("no");
});

test("crashOf() names the file that was cut short", () => {
  const end = { code: null, signal: "SIGBUS", stderr: "", testimony: "plenty" } as const;
  expect(crashOf(end).problem.message).toMatch(/^A file of the model was cut short/);
  expect(crashOf({ ...end, changedFile: "/models/fox.safetensors" }).problem.message).toMatch(/^"fox.safetensors" was/);
});

(process.platform === "linux" ? test : test.skip)("a witness remembers that memory was short", () => {
  const witness = new MemoryWitness();
  witness.look({ total: 100, free: 50 });
  expect(witness.testify()).not.toBe("short");
  witness.look({ total: 100, free: 5 });
  expect(witness.testify()).not.toBe("plenty");
});
