import { parseArgs } from "node:util";
import { Problem } from "../../../shared/problem.ts";
import { TASKS, type Task } from "./table.ts";

export interface PeersOptions {
  /** One that has the other programs' packages. Absent: python3. */
  readonly python?: string | undefined;
  /** A diffusers folder of Stable Diffusion 1.5's shapes. Absent: random weights. */
  readonly model?: string | undefined;
  /** Where random weights and what was converted stay for the next run. Absent: nothing stays. */
  readonly keep?: string | undefined;
  readonly rows: readonly Task[];
  /** Parts of the names of those that take part; none: all. */
  readonly with: readonly string[];
  readonly rounds: number;
  /** How often ours does everything: 2 must show as half as fast. */
  readonly plant: number;
}

const USAGE =
  "use underpaint bench --peers [--python PATH] [--model FOLDER] [--keep FOLDER] [--rows A,B] [--with A,B] [--rounds N] [--plant N]";

/** Throws Problem "request-invalid". */
export function parsePeers(argv: readonly string[]): PeersOptions {
  const wrong = (what: string) => new Problem("request-invalid", `${what}: ${USAGE}`);
  const text = { type: "string" } as const;
  const options = { python: text, model: text, keep: text, rows: text, with: text, rounds: text, plant: text } as const;
  const values = (() => {
    try {
      return parseArgs({ args: [...argv], options }).values;
    } catch (error) {
      throw wrong((error as Error).message);
    }
  })();
  const whole = (name: "rounds" | "plant", usual: number) => {
    const value = Number(values[name] ?? usual);
    if (!Number.isInteger(value) || value < 1) throw wrong(`"${values[name]}" is no number of ${name}`);
    return value;
  };
  const rows = values.rows?.split(",") ?? Object.keys(TASKS);
  const unknown = rows.find((row) => !(row in TASKS));
  if (unknown !== undefined) throw wrong(`There is no row "${unknown}" among ${Object.keys(TASKS).join(", ")}`);
  const { python, model, keep } = values;
  return {
    ...{ python, model, keep, rows: rows as Task[] },
    with: values.with?.split(",") ?? [],
    rounds: whole("rounds", 3),
    plant: whole("plant", 1),
  };
}
