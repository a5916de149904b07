import * as v from "valibot";
import { type CallInput, type OpenJob, openJob, type Pairing, pairing, type Settings, settings } from "../bridge.ts";

const JOB = "job:";

/** What earlier runs of the plugin left. An entry of another version's shape counts as absent. */
export async function loadSaved(): Promise<{ settings: Settings | null; pairing: Pairing | null; jobs: OpenJob[] }> {
  const keys = (await figma.clientStorage.keysAsync()).filter((key) => key.indexOf(JOB) === 0);
  const [savedSettings, savedPairing, ...jobs] = await Promise.all(
    ["settings", "pairing", ...keys].map((key) => figma.clientStorage.getAsync(key)),
  );
  const readable = v.safeParse(settings, savedSettings);
  return {
    settings: readable.success ? readable.output : null,
    pairing: v.is(pairing, savedPairing) ? savedPairing : null,
    jobs: jobs.map((job) => v.safeParse(openJob, job)).flatMap(({ success, output }) => (success ? [output] : [])),
  };
}

/** Keeps one thing. Every job has a key of its own, so that two windows of Figma don't overwrite each other's. */
export async function save(change: CallInput<"save">): Promise<void> {
  switch (change.slot) {
    case "settings":
      return figma.clientStorage.setAsync("settings", change.value);
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
