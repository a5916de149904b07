/** Who does what when: programs in turns, so that what else happens on a machine is the same for all. */
import path from "node:path";
import { type Contestant, PICTURES_ALONE } from "./contestants.ts";
import type { Answer, Asked, Program } from "./program.ts";
import type { Task } from "./table.ts";

export interface Race {
  readonly chosen: readonly Contestant[];
  readonly rows: readonly Task[];
  readonly rounds: number;
  /** Where steps' results go. */
  readonly kept: string;
  /** Resolves to undefined where a program is not there; that was noted. */
  readonly start: (program: Contestant["program"]) => Promise<Program | undefined>;
  readonly found: Found;
}

export interface Found {
  note(contestant: string, task: Task, seconds: number): void;
  /** Of a whole process. */
  memory(contestant: string, bytes: number): void;
  output(contestant: string, file: string): void;
  refused(contestant: string, task: Task, why: string): void;
}

const PICTURES: readonly Task[] = ["picture1", "picture4", "picture20", "turbo"];
const isPicture = (row: Task) => PICTURES.includes(row);
const doneBy = ({ only }: Contestant, rows: readonly Task[]) =>
  only ? rows.filter((row) => only.includes(row)) : rows;
/** Each is done once more at first, which does not count: what is read and compiled then stays. */
const WARMED: readonly Task[] = ["text", "step", "decode512", "decode1024"];
/** What takes longer, in seconds, is little the faster for it; but a step, whose first run asks for gigabytes of new memory. */
const LONG = 20;

/**
 * All programs at once; each contestant then makes its pictures in a process of its own, so that their memory is its own. What makes nothing
 * else makes one at least.
 */
export async function takeTurnsBeside(race: Race): Promise<void> {
  await inTurns({ ...race, rows: race.rows.filter((row) => !isPicture(row)) });
  const pictures = race.rows.filter(isPicture);
  for (const one of race.chosen) {
    const rows = doneBy(one, one.program === PICTURES_ALONE ? race.rows : pictures);
    if (rows.length > 0) await takeTurnAlone(race, one, { opening: "prepare", rows });
  }
}

/** For programs that do not fit beside each other: in each round one after the other starts, opens, does everything and ends. */
export async function takeTurnsAlone(race: Race): Promise<void> {
  const rows = race.rows.filter((row) => row !== "prepare");
  const entered: Contestant[] = [];
  for (const one of race.chosen) {
    const first = doneBy(one, race.rows).filter((row) => row === "prepare");
    if (await takeTurnAlone(race, one, { opening: "prepare", rows: first })) entered.push(one);
  }
  for (let round = 0; round < race.rounds; round++)
    for (const one of entered) await takeTurnAlone(race, one, { opening: "open", rows: doneBy(one, rows) });
}

interface Turn {
  readonly opening: "prepare" | "open";
  readonly rows: readonly Task[];
}

/** One contestant in a process of its own. Resolves to whether it could open the model. */
async function takeTurnAlone(race: Race, one: Contestant, { opening, rows }: Turn): Promise<boolean> {
  const program = await race.start(one.program);
  if (!program) return false;
  const { found } = race;
  try {
    const opened = await askOf(race, program, one, opening);
    if (opened.refused !== undefined) return false;
    if (rows.includes(opening)) noteOpening(found, one, opening, opened);
    const tasks = rows.filter((row) => row !== opening);
    const able = one.program === PICTURES_ALONE ? picturesFor(tasks) : tasks;
    for (const task of able) {
      const first = await askOf(race, program, one, task);
      const isCold = WARMED.includes(task) && (task === "step" || (first.seconds ?? LONG) < LONG);
      const { seconds, parts = {} } = isCold ? await askOf(race, program, one, task) : first;
      if (seconds !== undefined) found.note(one.name, task, seconds);
      for (const [part, times] of Object.entries(parts))
        if (race.rows.includes(part as Task)) for (const time of times) found.note(one.name, part as Task, time);
    }
    const { bytes } = able.length > 0 ? await program.ask({ task: "memory", mode: one.mode }) : {};
    if (bytes !== undefined) found.memory(one.name, bytes);
    return true;
  } finally {
    await program.stop();
  }
}

/** What shows the parts of a picture, too: the shortest one, where none is asked for. */
function picturesFor(rows: readonly Task[]): readonly Task[] {
  const pictures = rows.filter(isPicture);
  return pictures.length > 0 || rows.length === 0 ? pictures : ["picture1"];
}

/** "First opening" is one that finds nothing kept. */
function noteOpening(found: Found, { name }: Contestant, task: "prepare" | "open", { seconds, fresh }: Answer): void {
  if (seconds !== undefined && (task === "open" || fresh)) found.note(name, task, seconds);
}

/** Everything but pictures, round by round. */
async function inTurns(race: Race): Promise<void> {
  const { rows, rounds, found } = race;
  const running = race.chosen.filter(({ program }) => program !== PICTURES_ALONE);
  if (rows.length === 0) return;
  const programs = new Map<string, Program>();
  for (const { program } of running) {
    if (programs.has(program)) continue;
    const started = await race.start(program);
    if (started) programs.set(program, started);
  }
  const ask = (one: Contestant, task: Task) => askOf(race, programs.get(one.program)!, one, task);
  try {
    const entered: Contestant[] = [];
    for (const one of running.filter(({ program }) => programs.has(program))) {
      const opened = await ask(one, "prepare");
      if (opened.refused === undefined) entered.push(one);
      if (doneBy(one, rows).includes("prepare")) noteOpening(found, one, "prepare", opened);
    }
    for (const task of rows.filter((row) => row !== "prepare"))
      for (let round = WARMED.includes(task) ? -1 : 0; round < rounds; round++)
        for (const one of entered.filter((one) => doneBy(one, [task]).length > 0)) {
          const { seconds } = await ask(one, task);
          if (round >= 0 && seconds !== undefined) found.note(one.name, task, seconds);
        }
  } finally {
    for (const program of programs.values()) await program.stop();
  }
}

async function askOf({ found, kept }: Race, program: Program, one: Contestant, task: Task): Promise<Answer> {
  const output = task === "step" ? path.join(kept, `${one.program}-${one.mode}.step`) : undefined;
  const asked: Asked = { task, mode: one.mode, ...(output && { output }) };
  const answer = await program.ask(asked);
  if (answer.refused !== undefined) found.refused(one.name, task, answer.refused);
  else if (output) found.output(one.name, output);
  return answer;
}
