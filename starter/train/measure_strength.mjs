/**
 * How much of a picture Edit changes at each strength: `node starter/train/measure_strength.mjs`. Pictures of the starter are edited
 * with the same words and with those of another subject; a pixel has changed where a channel differs by more than 16 of 255.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const PAIRS = [
  ["rocket", "rocket"],
  ["fox", "penguin"],
  ["house", "car"],
];
const STRENGTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const CHANGED = 16;

const folder = mkdtempSync(path.join(tmpdir(), "strength-"));
try {
  const paint = async (name, request) => {
    const file = path.join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify({ model: "starter", width: 128, height: 128, seed: 7, ...request }));
    const out = path.join(folder, name);
    execFileSync(process.execPath, ["companion/underpaint.mjs", "generate", file, "--out", out], { cwd: root, stdio: "pipe" });
    const picture = path.join(out, readdirSync(out).find((each) => each.endsWith(".png")));
    return { picture, data: await sharp(picture).removeAlpha().raw().toBuffer() };
  };
  const shares = new Map(STRENGTHS.map((strength) => [strength, []]));
  for (const [index, [subject, wanted]] of PAIRS.entries()) {
    const before = await paint(`${index}`, { prompt: subject });
    for (const strength of STRENGTHS) {
      const request = { prompt: wanted, seed: 8, strength, image: before.picture };
      const after = await paint(`${index}-${strength}`, request);
      shares.get(strength).push(changedShare(before.data, after.data));
    }
  }
  for (const [strength, of] of shares) console.log(strength, of.map((share) => share.toFixed(2)).join(" "), mean(of).toFixed(2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function changedShare(a, b) {
  let changed = 0;
  for (let i = 0; i < a.length; i += 3)
    if ([0, 1, 2].some((channel) => Math.abs(a[i + channel] - b[i + channel]) > CHANGED)) changed++;
  return changed / (a.length / 3);
}

function mean(of) {
  return of.reduce((sum, each) => sum + each, 0) / of.length;
}
