/** The other way round of unet-keys.ts: what the original code calls a layer of diffusers' UNet, as add-ons name it. */
import { largestNumber } from "../files/component.ts";
import { OUTSIDE_BLOCKS, RESNET } from "./unet-keys.ts";

const inverse = (table: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(table).map(([ldm, diffusers]) => [diffusers, ldm]));
const RESNET_LAYERS = inverse(RESNET);
const OUTSIDE = inverse(OUTSIDE_BLOCKS);

/** A function from a layer's path (`down_blocks.1.attentions.0.proj_in`) to the original one (`input_blocks.4.1.proj_in`). */
export function ldmNames(keys: Iterable<string>): (path: string) => string | undefined {
  const modules = ldmModules([...keys]);
  return (path) => {
    const module = /^(?:down_blocks\.\d+|mid_block|up_blocks\.\d+)\.\w+\.\d+/.exec(path)?.[0];
    if (module === undefined) return OUTSIDE.get(path);
    const ldm = modules.get(module);
    const rest = path.slice(module.length + 1);
    if (ldm === undefined) return undefined;
    if (module.includes(".attentions.")) return `${ldm}.${rest}`;
    if (module.includes(".downsamplers.")) return `${ldm}.op`;
    if (module.includes(".upsamplers.")) return `${ldm}.conv`;
    const layer = RESNET_LAYERS.get(rest);
    return layer && `${ldm}.${layer}`;
  };
}

/** Every resnet is a numbered block there, with its attention and the level's resampling beside it. */
function ldmModules(keys: readonly string[]): Map<string, string> {
  const modules = new Map<string, string>();
  const present = (module: string) => keys.some((key) => key.startsWith(`${module}.`));
  const add = (module: string, ldm: string): boolean => {
    if (!present(module)) return false;
    modules.set(module, ldm);
    return true;
  };
  const countOf = (pattern: RegExp) => largestNumber(keys, pattern) + 1;

  let n = 1; // input_blocks.0 is conv_in
  for (let level = 0; level < countOf(/^down_blocks\.(\d+)\./); level++) {
    const block = `down_blocks.${level}`;
    for (let i = 0; add(`${block}.resnets.${i}`, `input_blocks.${n}.0`); i++) {
      add(`${block}.attentions.${i}`, `input_blocks.${n}.1`);
      n++;
    }
    if (add(`${block}.downsamplers.0`, `input_blocks.${n}.0`)) n++;
  }
  add("mid_block.resnets.0", "middle_block.0");
  const attends = add("mid_block.attentions.0", "middle_block.1");
  add("mid_block.resnets.1", `middle_block.${attends ? 2 : 1}`);
  n = 0;
  for (let level = 0; level < countOf(/^up_blocks\.(\d+)\./); level++) {
    const block = `up_blocks.${level}`;
    for (let i = 0; add(`${block}.resnets.${i}`, `output_blocks.${n}.0`); i++) {
      const after = add(`${block}.attentions.${i}`, `output_blocks.${n}.1`) ? 2 : 1;
      if (!present(`${block}.resnets.${i + 1}`)) add(`${block}.upsamplers.0`, `output_blocks.${n}.${after}`);
      n++;
    }
  }
  return modules;
}
