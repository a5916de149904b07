/** Which program does what when, with programs that write down what they are told. */
import type { Contestant } from "../../companion/bench/peers/contestants.ts";
import type { Answer, Asked, Program } from "../../companion/bench/peers/program.ts";
import type { Task } from "../../companion/bench/peers/table.ts";
import { type Race, takeTurnsAlone, takeTurnsBeside } from "../../companion/bench/peers/turns.ts";

const OURS: Contestant = { name: "ours", program: "ours", mode: "exact", holds: 1 };
const FAST: Contestant = { ...OURS, name: "fast", mode: "fast" };
const THEIRS: Contestant = { name: "theirs", program: "pytorch", mode: "eager", holds: 1 };
const PICTURES: Contestant = { name: "pictures", program: "sd-cpp", mode: "f16", holds: 0 };

type Answers = (program: string, asked: Asked) => Answer;

/** What happened, a word for each: "+ours" starts, "-ours" ends, "exact:step" is asked. */
function rehearse(options: Partial<Race> & Pick<Race, "chosen" | "rows">, answers: Answers = () => ({ seconds: 30 })) {
  const log: string[] = [];
  const noted: string[] = [];
  const start = async (program: string): Promise<Program> => {
    log.push(`+${program}`);
    return {
      ask: async (asked) => {
        log.push(`${asked.mode}:${asked.task}`);
        return answers(program, asked);
      },
      stop: async () => void log.push(`-${program}`),
    };
  };
  const found: Race["found"] = {
    note: (contestant, task, seconds) => noted.push(`${contestant} ${task} ${seconds}`),
    memory: (contestant, bytes) => noted.push(`${contestant} holds ${bytes}`),
    output: (contestant) => noted.push(`${contestant} gave a step`),
    refused: (contestant, task, why) => noted.push(`${contestant} can't ${task}: ${why}`),
  };
  return { race: { rounds: 1, kept: "/kept", start, found, ...options } satisfies Race, log, noted };
}

const ROWS: Task[] = ["prepare", "open", "step", "picture4"];

test("beside each other, programs open once and take turns; pictures are made alone", async () => {
  const { race, log } = rehearse({ chosen: [OURS, FAST, THEIRS, PICTURES], rows: ROWS, rounds: 2 });
  await takeTurnsBeside(race);
  expect(log).toEqual([
    ...["+ours", "+pytorch", "exact:prepare", "fast:prepare", "eager:prepare"],
    ...Array(2).fill(["exact:open", "fast:open", "eager:open"]).flat(),
    // The first does not count.
    ...Array(3).fill(["exact:step", "fast:step", "eager:step"]).flat(),
    ...["-ours", "-pytorch"],
    ...["+ours", "exact:prepare", "exact:picture4", "exact:memory", "-ours"],
    ...["+ours", "fast:prepare", "fast:picture4", "fast:memory", "-ours"],
    ...["+pytorch", "eager:prepare", "eager:picture4", "eager:memory", "-pytorch"],
    ...["+sd-cpp", "f16:prepare", "f16:picture4", "f16:memory", "-sd-cpp"],
  ]);
});

test.each([takeTurnsBeside, takeTurnsAlone])(
  "who does some tasks alone is not asked for others: %p",
  async (takeTurns) => {
    const { race, log } = rehearse({ chosen: [{ ...OURS, only: ["step"] }, THEIRS], rows: ROWS });
    await takeTurns(race);
    const asked = (mode: string) => new Set(log.filter((word) => word.startsWith(`${mode}:`)));
    // What it is asked first is to open.
    expect([...asked("exact")].filter((word) => !/:(prepare|memory|open)$/.test(word))).toEqual(["exact:step"]);
    expect(asked("eager")).toContain("eager:picture4");
  },
);

test("where they do not fit, one runs at a time: it starts, opens, does everything and ends, in each round", async () => {
  const { race, log, noted } = rehearse(
    { chosen: [OURS, THEIRS, PICTURES], rows: ROWS, rounds: 2 },
    (program, { task }) => (task === "memory" ? { bytes: 5 } : { seconds: 30, fresh: program !== "ours" }),
  );
  await takeTurnsAlone(race);
  const round = [
    // A step's first run does not count, however long it takes.
    ...["+ours", "exact:open", "exact:step", "exact:step", "exact:picture4", "exact:memory", "-ours"],
    ...["+pytorch", "eager:open", "eager:step", "eager:step", "eager:picture4", "eager:memory", "-pytorch"],
    ...["+sd-cpp", "f16:open", "f16:picture4", "f16:memory", "-sd-cpp"],
  ];
  const first = [
    "+ours",
    "exact:prepare",
    "-ours",
    "+pytorch",
    "eager:prepare",
    "-pytorch",
    "+sd-cpp",
    "f16:prepare",
    "-sd-cpp",
  ];
  expect(log).toEqual([...first, ...round, ...round]);
  // Ours had kept what it makes once for a file: that opening is no first one.
  expect(noted).not.toContain("ours prepare 30");
  expect(noted).toContain("theirs prepare 30");
  expect(noted.filter((line) => line === "ours step 30")).toHaveLength(2);
  expect(noted).toContain("ours holds 5");
});

test("alone, who makes whole pictures makes one step where none is asked for, and its parts count as far as they are", async () => {
  const { race, noted } = rehearse({ chosen: [PICTURES], rows: ["open", "step"] }, (_, { task }) =>
    task === "picture1" ? { seconds: 50, parts: { step: [40], decode1024: [9] } } : { seconds: 3 },
  );
  await takeTurnsAlone(race);
  expect(noted).toEqual(["pictures open 3", "pictures picture1 50", "pictures step 40"]);
});

test("beside each other as well, in a process of its own, once", async () => {
  const { race, log, noted } = rehearse(
    { chosen: [OURS, PICTURES], rows: ["open", "step"], rounds: 2 },
    (_, { task }) => (task === "picture1" ? { seconds: 50, parts: { step: [40], decode1024: [9] } } : { seconds: 3 }),
  );
  await takeTurnsBeside(race);
  expect(log.slice(log.indexOf("+sd-cpp"))).toEqual([
    "+sd-cpp",
    "f16:prepare",
    "f16:picture1",
    "f16:memory",
    "-sd-cpp",
  ]);
  expect(noted).toContain("pictures step 40");
});

test("alone, a short task is done once more, and the second time counts", async () => {
  let at = 0;
  const { race, noted } = rehearse({ chosen: [OURS], rows: ["open", "step", "picture4"] }, () => ({ seconds: at++ }));
  await takeTurnsAlone(race);
  // 0 prepares, 1 opens, 2 wakes up.
  expect(noted).toEqual(["ours open 1", "ours gave a step", "ours gave a step", "ours step 3", "ours picture4 4"]);
});

test("who can't open the model is said to, and asked for nothing more", async () => {
  for (const takeTurns of [takeTurnsAlone, takeTurnsBeside]) {
    const { race, log, noted } = rehearse({ chosen: [THEIRS, OURS], rows: ["open", "step"] }, (program) =>
      program === "pytorch" ? { refused: "MemoryError" } : { seconds: 1 },
    );
    await takeTurns(race);
    expect(noted[0]).toBe("theirs can't prepare: MemoryError");
    expect(log.filter((line) => line.startsWith("eager"))).toEqual(["eager:prepare"]);
    expect(noted).toContain("ours step 1");
  }
});
