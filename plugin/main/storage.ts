import * as v from "valibot";
import { type CallInput, type OpenJob, openJob, type Pairing, pairing, type Settings, settings } from "../bridge.ts";

const JOB = "job:";
const OF_FILE = "settings:";
/** Files of which the choices are remembered. */
const MOST_FILES = 100;
/** What belongs to the person and the machine; everything else is chosen for a file. */
const EVERYWHERE = ["language", "window", "knownLicences", "experience", "recentPrompts"] as const;

const settingsOfFile = v.object({ savedAt: v.number(), settings });

/**
 * What earlier runs of the plugin left. An entry of another version's shape counts as absent. `file`: whose choices come before
 * those that were made last in any file.
 */
export async function loadSaved(
  file: string | undefined,
): Promise<{ settings: Settings | null; pairing: Pairing | null; jobs: OpenJob[] }> {
  const keys = (await figma.clientStorage.keysAsync()).filter((key) => key.indexOf(JOB) === 0);
  const [savedSettings, savedPairing, savedOfFile, ...jobs] = await Promise.all(
    ["settings", "pairing", file === undefined ? null : OF_FILE + file, ...keys].map(
      (key) => key && figma.clientStorage.getAsync(key),
    ),
  );
  const readable = v.safeParse(settings, savedSettings);
  const last = readable.success ? readable.output : null;
  const chosen = v.safeParse(settingsOfFile, savedOfFile);
  return {
    settings: last !== null && chosen.success ? inFile(chosen.output.settings, last) : last,
    pairing: v.is(pairing, savedPairing) ? savedPairing : null,
    jobs: jobs.map((job) => v.safeParse(openJob, job)).flatMap(({ success, output }) => (success ? [output] : [])),
  };
}

/** What was chosen for a file, with what holds everywhere as it is now. */
function inFile(chosen: Settings, last: Settings): Settings {
  const everywhere: Partial<Settings> = {};
  for (const key of EVERYWHERE) Object.assign(everywhere, { [key]: last[key] });
  return { ...chosen, ...everywhere };
}

/** Keeps one thing. Every job has a key of its own, so that two windows of Figma don't overwrite each other's. */
export async function save(change: CallInput<"save">, file: string | undefined): Promise<void> {
  switch (change.slot) {
    case "settings":
      await figma.clientStorage.setAsync("settings", change.value);
      return file === undefined ? undefined : keepForFile(file, change.value);
    case "pairing":
      return change.value === null
        ? figma.clientStorage.deleteAsync("pairing")
        : figma.clientStorage.setAsync("pairing", change.value);
    case "job":
      return figma.clientStorage.setAsync(JOB + change.value.job, change.value);
    case "finished-job":
      return figma.clientStorage.deleteAsync(JOB + change.value);
  }
}

/** Where there are too many files, the one that was worked in longest ago is forgotten. */
async function keepForFile(file: string, value: Settings): Promise<void> {
  const key = OF_FILE + file;
  const others = (await figma.clientStorage.keysAsync()).filter((each) => each.indexOf(OF_FILE) === 0 && each !== key);
  if (others.length >= MOST_FILES) {
    const kept = await Promise.all(others.map((each) => figma.clientStorage.getAsync(each)));
    const ages = kept.map((each) => (v.is(settingsOfFile, each) ? each.savedAt : 0));
    await figma.clientStorage.deleteAsync(others[ages.indexOf(Math.min(...ages))]!);
  }
  await figma.clientStorage.setAsync(key, { savedAt: Date.now(), settings: value });
}
