/** A fast model's kept file: its numbers, and behind them its matrices as the runtime packs them. */
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { requireUNet } from "../../companion/checkpoint/model.ts";
import { planNarrow } from "../../companion/opening/plan-narrow.ts";
import { denoiserNetwork } from "../../companion/pipeline/denoiser/denoiser-network.ts";
import { stableDiffusion as family } from "../../companion/pipeline/families/stable-diffusion.ts";
import { narrowWeights } from "../../companion/pipeline/weights/narrow.ts";
import { readPacked } from "../../companion/pipeline/weights/packed-matrices.ts";
import { openUNet } from "../checkpoint/open-unet.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { STARTER } from "./studio-for-tests.ts";

const folder = temporaryFolder();
const DIGITS = 16;

async function keep(name: string) {
  const model = await openUNet(STARTER);
  const network = denoiserNetwork({ model: requireUNet(model), family });
  const own = path.join(folder, name);
  const quantizer = await narrowWeights(network, "int8", own, 1);
  const [kept] = readdirSync(own) as [string];
  const file = path.join(own, kept);
  return { network, own, quantizer, file, plan: planNarrow(network, "int8", file) };
}

test("each matrix of whole numbers is packed behind the numbers, at a place of its own", async () => {
  const { file, plan, quantizer } = await keep("packed");
  const matrices = plan.parts.filter(({ narrow }) => narrow.kind === "channels");
  expect(matrices.length).toBeGreaterThan(50);
  const packed = readPacked(file, plan.bytes)!;
  expect(packed.size).toBe(matrices.length);
  let end = plan.bytes;
  for (const { ref, dims, layer, narrow } of matrices) {
    if (narrow.kind !== "channels") continue;
    const form = packed.get(narrow.values.offset)!;
    expect(form.offset).toBeGreaterThanOrEqual(end);
    expect(form.offset % 65_536).toBe(0);
    expect(form.byteLength).toBeGreaterThanOrEqual(narrow.values.byteLength);
    end = form.offset + form.byteLength;
    const given = quantizer(ref, dims, layer);
    expect(given).toMatchObject({ kind: "channels", values: { ...narrow.values, packed: form } });
  }
  expect(end).toBeLessThan(statSync(file).size);
});

interface Index {
  readonly machine: string;
  readonly matrices: readonly (readonly [number, { readonly offset: number }])[];
}

const withFirstAt = (index: Index, offset: number): Index => {
  const [[place, form], ...others] = index.matrices as [Index["matrices"][0]];
  return { ...index, matrices: [[place, { ...form, offset }], ...others] };
};

/** Changes what the file's end tells. */
function reindexed(file: string, change: (index: Index) => Index): void {
  const bytes = readFileSync(file);
  const length = Number(bytes.toString("utf8", bytes.length - DIGITS));
  const begin = bytes.length - DIGITS - length;
  const text = JSON.stringify(change(JSON.parse(bytes.toString("utf8", begin, bytes.length - DIGITS)) as Index));
  writeFileSync(
    file,
    Buffer.concat([bytes.subarray(0, begin), Buffer.from(text + String(text.length).padStart(DIGITS))]),
  );
}

test("a file that was packed elsewhere, tells of a place outside, or is not whole, is made anew", async () => {
  const { file, plan, network, own } = await keep("anew");
  const whole = readFileSync(file);
  const damages: (() => void)[] = [
    () => reindexed(file, (index) => ({ ...index, machine: "another" })),
    () => reindexed(file, (index) => withFirstAt(index, 0)),
    () => reindexed(file, (index) => withFirstAt(index, 2 ** 40)),
    () => truncateSync(file, whole.length - 1),
    () => truncateSync(file, plan.bytes),
    () => truncateSync(file, 3),
    () => writeFileSync(file, ""),
  ];
  for (const damage of damages) {
    writeFileSync(file, whole);
    expect(readPacked(file, plan.bytes)).toBeDefined();
    damage();
    expect(readPacked(file, plan.bytes)).toBeUndefined();
  }
  await narrowWeights(network, "int8", own, 1);
  expect(readFileSync(file).equals(whole)).toBe(true);
});

test("small networks are not kept packed", async () => {
  const network = denoiserNetwork({ model: requireUNet(await openUNet(STARTER)), family });
  const own = path.join(folder, "small");
  const { parts, bytes } = planNarrow(network, "int8", path.join(own, "planned"));
  const quantizer = await narrowWeights(network, "int8", own);
  expect(readdirSync(own).map((name) => statSync(path.join(own, name)).size)).toEqual([bytes]);
  const { ref, dims, layer } = parts.find(({ narrow }) => narrow.kind === "channels")!;
  expect(quantizer(ref, dims, layer)).not.toHaveProperty("values.packed");
});
