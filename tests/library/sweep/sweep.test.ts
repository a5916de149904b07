/**
 * The library's list and the pictures say the same of every file: what is listed can be used, and what is listed with a problem
 * is refused by that very problem. UNDERPAINT_SWEEP=all goes through every file, =2/8 through the second eighth of them, and
 * UNDERPAINT_SWEEP_ONLY=WORDS through those whose name has these words; otherwise a part of them is drawn by a seed.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Library, openLibrary, STARTER_ID } from "../../../companion/library/library.ts";
import { openStudio, type PipelineStudio } from "../../../companion/pipeline/open-studio.ts";
import { createGenerator } from "../../../companion/random/generator.ts";
import { cpuDevice } from "../../../companion/runtime/device.ts";
import type { ProblemData } from "../../../shared/problem.ts";
import { namedScheduler } from "../../../shared/scheduler-names.ts";
import { STARTER } from "../../pipeline/studio-for-tests.ts";
import { type Case, everyCase } from "./cases.ts";
import { FIXTURES } from "./sources.ts";
import { type Kind, use } from "./use.ts";

const SHARE = process.env.UNDERPAINT_SWEEP === "all" ? "1/1" : process.env.UNDERPAINT_SWEEP;
const ONLY = process.env.UNDERPAINT_SWEEP_ONLY;
const SEED = Number(process.env.UNDERPAINT_SWEEP_SEED ?? 20);
const WHOLE = SHARE !== undefined || ONLY !== undefined;
/** Files of the bounded part. */
const PART = 60;
/** Files that lie in the models folder together. */
const TOGETHER = 30;
const MEBI = 2 ** 20;

/** Models that take the add-ons. */
const BASES = [
  ...["models/sd1", "control-models/light", "models/sdxl", "control-models/xl", "models/sd2"],
  ...[
    "flux1-models/flux1-schnell",
    "klein-models/klein",
    "z-image-models/z-image",
    "qwen-image-models/qwen-image",
    "ernie-models/ernie-turbo",
  ],
];

function chosen(): Case[] {
  const every = everyCase();
  if (ONLY) return every.filter(({ name }) => name.includes(ONLY));
  const draws = createGenerator(SEED).randn([every.length]).data;
  const order = every.map((_, i) => i).sort((a, b) => draws[a]! - draws[b]!);
  const [part, parts] = SHARE?.split("/").map(Number) ?? [];
  const kept = parts ? order.filter((_, i) => i % parts === part! - 1) : order.slice(0, PART);
  return kept.map((i) => every[i]!);
}

/** What a file that is something else was meant to be nobody can tell: the list names a model, a request what it asked for. */
const causeOf = ({ code, message }: ProblemData) =>
  `${code}: ${message.replace(/^(".*?" is .*?), not an? .*: .*/, "$1").replace(/^No model here takes this\. With (?:"[^"]*"|[^":]*): /, "")}`;

const isModel = ({ kind }: Case) => kind === "model" || kind === "filter";

const disagreements: string[] = [];
const counts = new Map<Kind, number>();

/** Lays the files down, lists them, and uses them. */
async function compare(top: string, cases: readonly Case[], studioFor: (library: Library) => PipelineStudio) {
  const ids = cases.map((_, i) => `x${String(i).padStart(2, "0")}`);
  for (const [i, each] of cases.entries()) each.lay(path.join(top, ids[i]!));
  const library = openLibrary({
    folders: [top],
    starter: STARTER,
    cache: { file: path.join(top, "findings"), build: "" },
  });
  const studio = studioFor(library);
  const { models, addOns, problems } = await library.list();
  for (const [i, each] of cases.entries()) {
    const { kind, name } = each;
    const id = ids[i]!;
    const isMine = (other: string) => other === id || other === `${id}.safetensors` || other.startsWith(`${id}/`);
    const found = problems.find((one) => isMine(one.name) && one.name !== `${id}/notes`);
    const { problem } = found ?? {};
    const info = models.find((one) => one.id === id);
    const addOn = addOns.find((one) => isMine(one.id));
    const listed = (info ?? addOn) !== undefined;
    const bases = [...BASES.map((_, k) => `base${k}`), STARTER_ID];
    const scheduler = info && namedScheduler(info.defaults.scheduler);
    // A folder's file is listed by its own name.
    const named = isModel(each) ? id : (addOn?.id ?? found?.name ?? id);
    const used = await use(studio, { kind, id: named, bases, scheduler });
    const says = used === "used" ? "used" : used.map(({ code, message }) => `${code}: ${message}`).join("\n      | ");
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const listsBy = problem ? `listed with ${problem.code}: ${problem.message}` : listed ? "listed" : NOTHING;
    const unlisted = kind === "ip-adapter" || kind === "image-encoder";
    const same = (refusal: ProblemData) => problem !== undefined && causeOf(refusal) === causeOf(problem);
    const agrees =
      used === "used"
        ? problem === undefined && (listed || unlisted)
        : each.forOthers
          ? listed && used.every(({ code }) => code === "adapter-mismatch")
          : // What is not there is listed as nothing.
            listsBy === NOTHING
            ? used.every(({ code }) => code === "model-not-found")
            : used.some(same);
    if (!agrees) disagreements.push(`${kind} ${name}:\n    ${listsBy}\n    ${says}`);
  }
  for (const entry of readdirSync(top))
    if (/^x\d/.test(entry)) rmSync(path.join(top, entry), { recursive: true, force: true });
}

const NOTHING = "not listed at all";

test(
  `the list and the use of files agree (${ONLY ?? SHARE ?? `${PART} files, seed ${SEED}`})`,
  async () => {
    const top = mkdtempSync(path.join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "underpaint-sweep-"));
    let library: Library;
    let studio: PipelineStudio | undefined;
    const studioFor = (now: Library): PipelineStudio => {
      library = now;
      studio ??= openStudio({
        ...{ device: cpuDevice(), memoryBudget: 512 * MEBI },
        library: {
          roots: [top, STARTER],
          resolve: (...args) => library.resolve(...args),
          adapters: (...args) => library.adapters(...args),
          references: (...args) => library.references(...args),
        },
      });
      return studio;
    };
    try {
      for (const [k, base] of BASES.entries())
        cpSync(path.join(FIXTURES, base), path.join(top, `base${k}`), { recursive: true });
      const cases = chosen();
      // Models that lie beside add-ons would take them.
      for (const apart of [cases.filter(isModel), cases.filter((one) => !isModel(one))])
        for (let i = 0; i < apart.length; i += TOGETHER) await compare(top, apart.slice(i, i + TOGETHER), studioFor);
    } finally {
      await studio?.close();
      rmSync(top, { recursive: true, force: true });
    }
    process.stdout.write(`Files by kind: ${[...counts].map(([kind, count]) => `${kind} ${count}`).join(", ")}\n`);
    if (disagreements.length > 0) process.stdout.write(`${disagreements.length}:\n${disagreements.join("\n")}\n`);
    expect(disagreements.length).toBe(0);
  },
  WHOLE ? 3_600_000 : 240_000,
);
