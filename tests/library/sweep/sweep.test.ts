/**
 * The library's list and the pictures say the same of every file: what is listed can be used, and what is listed with a problem
 * is refused by that very problem. UNDERPAINT_SWEEP=all goes through every source × number type × damage; otherwise a part of
 * them is drawn by a seed, which is printed.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openLibrary } from "../../../companion/library/library.ts";
import { openStudio, type PipelineStudio } from "../../../companion/pipeline/open-studio.ts";
import { createGenerator } from "../../../companion/random/generator.ts";
import { cpuDevice } from "../../../companion/runtime/device.ts";
import { Problem, type ProblemData } from "../../../shared/problem.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { paint, STARTER } from "../../pipeline/studio-for-tests.ts";
import { DAMAGES, fileOf, readTensors, TYPES, withType } from "./variants.ts";

const fixtures = path.join(__dirname, "../../fixtures/parity");
const ALL = process.env.UNDERPAINT_SWEEP === "all";
const SEED = Number(process.env.UNDERPAINT_SWEEP_SEED ?? 20);
/** Files of the bounded part. */
const PART = 90;

type Kind = "lora" | "embedding" | "vae" | "control" | "ip-adapter" | "model";
interface Source {
  readonly kind: Kind;
  /** Below the fixtures: a file, or a folder and the file in it that is varied. */
  readonly place: string;
  readonly file?: string;
}

const filesIn = (folder: string, kind: Kind, pattern = /\.safetensors$/): Source[] =>
  readdirSync(path.join(fixtures, folder))
    .filter((name) => pattern.test(name) && statSync(path.join(fixtures, folder, name)).isFile())
    .map((name) => ({ kind, place: `${folder}/${name}` }));
const WEIGHTS = "diffusion_pytorch_model.safetensors";
const foldersIn = (folder: string, kind: Kind, pattern: RegExp, file = WEIGHTS): Source[] =>
  readdirSync(path.join(fixtures, folder))
    .filter((name) => pattern.test(name) && existsSync(path.join(fixtures, folder, name, file)))
    .map((name) => ({ kind, place: `${folder}/${name}`, file }));
const EMBEDDINGS = /^(?:paint|paint-xl)\.safetensors$/;
/** A lone tensor under a word of its own is known for an embedding by the widths of published encoders, which no small one has. */
const LONE = "toy.safetensors";

const sources: readonly Source[] = [
  ...filesIn("adapter-files", "lora").filter(
    ({ place }) => !EMBEDDINGS.test(path.basename(place)) && path.basename(place) !== LONE,
  ),
  ...filesIn("adapter-files", "embedding", EMBEDDINGS),
  ...filesIn("models/vaes", "vae"),
  ...filesIn("control-models", "control", /^net.*\.safetensors$/),
  ...filesIn("control-models", "ip-adapter", /^(?:plus|full|xl-plus)\.safetensors$/),
  ...foldersIn("control-models", "control", /^(?:net|t2i)/),
  ...foldersIn("models", "model", /^sd|^lcm|^inpaint|^pix2pix/, `unet/${WEIGHTS}`),
  ...foldersIn("models", "model", /^sd1$|^sdxl$/, `vae/${WEIGHTS}`),
  ...foldersIn("models", "model", /^sd1$|^sdxl$/, "text_encoder/model.safetensors"),
];
/** Models that take the add-ons. */
const BASES = ["models/sd1", "control-models/light", "models/sdxl", "control-models/xl", "models/sd2"].filter((place) =>
  existsSync(path.join(fixtures, place)),
);

interface Case {
  readonly source: Source;
  readonly type: (typeof TYPES)[number];
  readonly damage: string;
}

function casesToRun(): Case[] {
  const every = sources.flatMap((source) =>
    TYPES.flatMap((type) => Object.keys(DAMAGES).map((damage): Case => ({ source, type, damage }))),
  );
  if (ALL) return every;
  const draws = createGenerator(SEED).randn([every.length]).data;
  return every
    .map((each, i) => [draws[i]!, each] as const)
    .sort(([a], [b]) => a - b)
    .slice(0, PART)
    .map(([, each]) => each);
}

/** The models' folder of a case: the bases, whole, and the file in question. Its id in the list. */
function lay(folder: string, { source, type, damage }: Case): string {
  const id = "x";
  const original = path.join(fixtures, source.place, source.file ?? "");
  const { tensors, metadata } = readTensors(original);
  const made = DAMAGES[damage]!(withType(tensors, type), metadata);
  const bytes = Buffer.isBuffer(made) ? made : fileOf(made, metadata);
  if (source.file === undefined) writeFileSync(path.join(folder, `${id}.safetensors`), bytes);
  else {
    cpSync(path.join(fixtures, source.place), path.join(folder, id), { recursive: true });
    writeFileSync(path.join(folder, id, source.file), bytes);
  }
  return id;
}

const picture = new Uint8Array(readFileSync(path.join(fixtures, "control-cases/control-one/control-0.png")));

/** A request that needs the file. */
function requestFor(kind: Kind, id: string, base: string) {
  const plain = { model: base, prompt: "a cat", seed: 1, steps: 1, guidanceScale: 1, width: 32, height: 32 };
  const fields = {
    lora: { loras: [{ model: id }] },
    embedding: { embeddings: [{ model: id, token: "sks" }], prompt: "a sks cat" },
    vae: { vae: id },
    control: { controls: [{ model: id, image: "image" }] },
    "ip-adapter": { references: [{ image: "image", adapter: id }] },
    model: { model: id },
  }[kind];
  return parseRequest({ ...plain, ...fields });
}

async function use(studio: PipelineStudio, kind: Kind, id: string): Promise<"used" | ProblemData[]> {
  const refusals: ProblemData[] = [];
  for (const base of kind === "model" ? [id] : BASES.map((_, i) => `base${i}`)) {
    try {
      const request = requestFor(kind, id, base);
      const edits = kind === "model" && "kind" in (await studio.openModel(id)) && isEdited(await studio.openModel(id));
      await paint(studio, edits ? { ...request, image: "image" } : request, { image: picture });
      return "used";
    } catch (error) {
      refusals.push(Problem.from(error).toJSON());
    }
  }
  return refusals;
}

const isEdited = (model: object) => "kind" in model && model.kind === "pix2pix";

/** What a file without a tensor was meant to be nobody can tell: the list names a model, a request what it asked for. */
const causeOf = ({ code, message }: ProblemData) =>
  `${code}: ${code === "adapter-mismatch" ? "" : message.replace(/(without any tensor), not .*/, "$1")}`;

const disagreements: string[] = [];
const counts = new Map<string, number>();

test(
  `the list and the use of files agree (${ALL ? "all" : `${PART} files, seed ${SEED}`})`,
  async () => {
    const top = mkdtempSync(path.join(tmpdir(), "underpaint-sweep-"));
    try {
      for (const [k, base] of BASES.entries())
        cpSync(path.join(fixtures, base), path.join(top, `base${k}`), { recursive: true });
      let library = openLibrary({ folders: [top], starter: STARTER });
      const studio = openStudio({
        device: cpuDevice(),
        library: {
          roots: [top, STARTER],
          resolve: (...args) => library.resolve(...args),
          adapters: (...args) => library.adapters(...args),
          references: (...args) => library.references(...args),
        },
      });
      for (const each of casesToRun()) {
        const id = lay(top, each);
        library = openLibrary({
          folders: [top],
          starter: STARTER,
          cache: { file: path.join(top, "findings"), build: "" },
        });
        const { models, addOns, problems } = await library.list();
        const named = `${each.source.kind} ${each.source.place}${each.source.file ? `/${each.source.file}` : ""} as ${each.type}, which ${each.damage}`;
        const problem = problems.find(
          ({ name }) => name === id || name === `${id}.safetensors` || name.startsWith(`${id}/`),
        )?.problem;
        const listed = models.some((model) => model.id === id) || addOns.some((addOn) => addOn.id === id);
        const used = await use(studio, each.source.kind, id);
        const says = used === "used" ? "used" : used.map(({ code, message }) => `${code}: ${message}`).join(" | ");
        counts.set(each.source.kind, (counts.get(each.source.kind) ?? 0) + 1);
        if (problem === undefined && !listed && each.source.kind !== "ip-adapter")
          disagreements.push(`${named}: not listed at all, ${says}`);
        else if (problem === undefined && used !== "used") disagreements.push(`${named}: listed, but ${says}`);
        else if (problem !== undefined && used === "used")
          disagreements.push(`${named}: listed with ${problem.code} (${problem.message}), but used`);
        else if (problem !== undefined && used !== "used") {
          const same = used.some((refusal) => causeOf(refusal) === causeOf(problem));
          if (!same) disagreements.push(`${named}: listed with ${problem.code}: ${problem.message}, but ${says}`);
        }
        for (const name of [id, `${id}.safetensors`]) rmSync(path.join(top, name), { recursive: true, force: true });
      }
      await studio.close();
    } finally {
      rmSync(top, { recursive: true, force: true });
    }
    process.stdout.write(`Files by kind: ${[...counts].map(([kind, count]) => `${kind} ${count}`).join(", ")}\n`);
    expect(disagreements).toEqual([]);
  },
  ALL ? 3_600_000 : 240_000,
);
