/** The table beside other programs: what it says of timings that are known, and of programs that are not there. */
import { fitBeside, isTooLarge } from "../../companion/bench/peers/memory.ts";
import { runPeers } from "../../companion/bench/peers/peers.ts";
import { startProgram } from "../../companion/bench/peers/program.ts";
import { judged, type Results, type Sample, tableOf } from "../../companion/bench/peers/table.ts";

const PROMISED = [
  { ours: "ours, exact", theirs: "theirs", most: 1 },
  { ours: "ours, fast", theirs: "ours, exact", most: 0.45 },
];

/** Rounds as a busy machine gives them: one in three much slower. `slower`: how many times ours took. */
function recorded(slower = 1): Results {
  const times: [string, number[]][] = [
    ["ours, exact", [4.6, 4.5, 9.1].map((s) => s * slower)],
    ["ours, fast", [1.9, 1.8, 3].map((s) => s * slower)],
    ["theirs", [4.8, 9.9, 4.7]],
  ];
  const samples = times.flatMap(([contestant, all]) =>
    all.map((seconds): Sample => ({ contestant, task: "step", seconds })),
  );
  return {
    contestants: ["ours, exact", "ours, fast", "theirs", "absent"],
    samples: [...samples, { contestant: "theirs", task: "open", seconds: 0.0314 }],
    memory: new Map([["theirs", 3 * 2 ** 29]]),
    deviation: new Map([
      ["ours, exact", 3e-6],
      ["ours, fast", 0.0221],
    ]),
  };
}

test("the table has the middle, the least and the most of each, columns that were measured, and dashes for the rest", () => {
  expect(tableOf(recorded()).split("\n")).toEqual([
    "|  | opening | guided step | peak memory | off float32 |",
    "| --- | --- | --- | --- | --- |",
    "| ours, exact | – | 4.60 s (4.50–9.10) | – | 3.0e-6 |",
    "| ours, fast | – | 1.90 s (1.80–3.00) | – | 2.21 % |",
    "| theirs | 0.031 s | 4.80 s (4.70–9.90) | 1.50 GiB | – |",
    "| absent | – | – | – | – |",
  ]);
});

test("a promise holds by the middle of the rounds, and a slowdown to the double shows", () => {
  expect(judged(recorded(), PROMISED)).toEqual({
    holds: true,
    sentences: [
      "A step of ours, exact takes 0.96 of one of theirs in the same round; at most 1.00: holds.",
      "A step of ours, fast takes 0.40 of one of ours, exact in the same round; at most 0.45: holds.",
    ],
  });
  const planted = judged(recorded(2), PROMISED);
  expect(planted.holds).toBe(false);
  expect(planted.sentences[0]).toBe(
    "A step of ours, exact takes 1.92 of one of theirs in the same round; at most 1.00: DOES NOT HOLD.",
  );
});

test("who needs more memory than there is has a row that says so, and what it could do", () => {
  const refused = new Map([
    ["absent", "needs more memory than there is"],
    ["theirs", "needs more memory than there is"],
  ]);
  const rows = tableOf({ ...recorded(), refused }).split("\n");
  expect(rows.at(-1)).toBe("| absent: needs more memory than there is | – | – | – | – |");
  expect(rows.at(-2)).toMatch(/^\| theirs \| 0\.031 s/);
});

test("nothing is promised of what was not measured", () => {
  const promised = [{ ours: "ours, exact", theirs: "absent", most: 1 }];
  expect(judged(recorded(), promised)).toEqual({ holds: true, sentences: [] });
});

/** Answers each line with what it was asked. */
const ECHO = `console.log('{"ready":true}'); require("node:readline").createInterface(process.stdin).on("line", (line) => console.log(JSON.stringify({ seconds: JSON.parse(line).task.length })))`;

test("a program answers line by line, and one that is not there or ends says why", async () => {
  const program = await startProgram(process.execPath, ["-e", ECHO]);
  if ("absent" in program) throw new Error(program.absent);
  expect(await program.ask({ task: "step", mode: "a" })).toEqual({ seconds: 4 });
  await program.stop();
  expect(await startProgram(process.execPath, ["-e", "throw new Error('no such package')"])).toEqual({
    absent: expect.stringContaining("Node.js"),
  });
  expect(await startProgram("/nowhere/python", [])).toEqual({ absent: expect.stringContaining("ENOENT") });
});

/** Takes as many bytes as it is asked for. */
const GREEDY = `console.log('{"ready":true}'); require("node:readline").createInterface(process.stdin).on("line", (line) => {
  try { console.log(JSON.stringify({ bytes: Buffer.alloc(Number(JSON.parse(line).task), 1).length })); }
  catch ({ message }) { console.log(JSON.stringify({ refused: message })); }
})`;

const onLinux = process.platform === "linux" ? test : test.skip;

onLinux(
  "a program that takes more memory than it may is refused it in its own words, and one that dies says how",
  async () => {
    const program = await startProgram(process.execPath, ["-e", GREEDY], { memory: 2 ** 30 });
    if ("absent" in program) throw new Error(program.absent);
    expect(await program.ask({ task: String(2 ** 24), mode: "a" })).toEqual({ bytes: 2 ** 24 });
    const { refused } = await program.ask({ task: String(2 ** 31), mode: "a" });
    expect(isTooLarge(refused!)).toBe(true);
    await program.stop();

    const DIES = `console.log('{"ready":true}'); process.stdin.once("data", () => process.kill(process.pid, "SIGKILL"))`;
    const dying = await startProgram(process.execPath, ["-e", DIES]);
    if ("absent" in dying) throw new Error(dying.absent);
    const killed = await dying.ask({ task: "step", mode: "a" });
    expect(killed).toEqual({ refused: "it ended (SIGKILL)" });
    expect(isTooLarge(killed.refused!)).toBe(true);
  },
);

test.each([
  ["MemoryError: std::bad_alloc", true],
  [
    "RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 26843545600 bytes.",
    true,
  ],
  ["Error: Failed to allocate memory for requested buffer of size 4194304", true],
  ["OSError: no file named config.json", false],
  ["NotImplementedError: it makes whole pictures alone", false],
])("%j is about memory: %s", (reason, large) => {
  expect(isTooLarge(reason)).toBe(large);
});

test("programs go beside each other where all they hold is free", () => {
  const two = [{ holds: 1 }, { holds: 0.5 }];
  expect(fitBeside(two, 4, 6)).toBe(true);
  expect(fitBeside(two, 4, 5)).toBe(false);
});

test("a program that nobody knows is refused before anything is written", async () => {
  await expect(runPeers({ with: ["ours", "theirs"] }, "/nowhere")).rejects.toThrow(
    /There is no program "theirs" among ours exact/,
  );
});
