/** What SwarmUI writes under `parameters`, as JSON with `sui_image_params`. mcmonkeyprojects/SwarmUI, as receyuki/stable-diffusion-prompt-reader reads it. */
import type { FoundSettings } from "./found-settings.ts";
import {
  defined,
  fileName,
  fileOf,
  isRecord,
  scaleOf,
  schedulerOf,
  seedOf,
  sideOf,
  stepsOf,
  textOf,
  unknownSampler,
  weightOf,
} from "./values.ts";

export function readSwarmUi({ sui_image_params: said }: Record<string, unknown>): FoundSettings | undefined {
  if (!isRecord(said)) return undefined;
  const names = Array.isArray(said.loras) ? said.loras : [];
  const weights = Array.isArray(said.loraweights) ? said.loraweights : [];
  return {
    tool: "SwarmUI",
    prompt: textOf(said.prompt) ?? "",
    negativePrompt: textOf(said.negativeprompt) ?? "",
    ...defined({
      seed: seedOf(said.seed),
      steps: stepsOf(said.steps),
      guidanceScale: scaleOf(said.cfgscale),
      scheduler: schedulerOf(said.sampler, said.scheduler),
      width: sideOf(said.width),
      height: sideOf(said.height),
      model: fileOf(said.model),
      vae: fileOf(said.vae),
    }),
    loras: names.flatMap((value: unknown, i) => {
      const [name, weight] = [fileName(value), weightOf(weights[i] ?? 1)];
      return name !== undefined && weight !== undefined ? [{ name, weight }] : [];
    }),
    unused: [
      ...unknownSampler(said.sampler),
      ...["refinermethod", "controlnetstrength", "initimagecreativity"].filter((name) => said[name] !== undefined),
    ],
  };
}
