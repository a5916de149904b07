import { execFileSync } from "node:child_process";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import { writeSafetensors } from "../checkpoint/files/write-safetensors.ts";
import type { UNetModel } from "../checkpoint/model.ts";
import type { Graph } from "../graph/graph.ts";
import { Weights } from "../graph/weights.ts";
import { decoderGraph } from "../networks/autoencoder.ts";
import { clipTextGraph } from "../networks/clip-text.ts";
import { unetGraph } from "../networks/unet.ts";
import { guide } from "../pipeline/guidance.ts";
import { unstack } from "../pipeline/tensors.ts";
import type { Device } from "../runtime/device.ts";
import { openSession } from "../runtime/session.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { SD15 } from "./sd15.ts";
import { sineFeeds } from "./sine-feeds.ts";

const GUIDANCE = 7.5;

/** diffusers and transformers on the same file and the same inputs, in float32. Prints three shares of the largest value. */
const SCRIPT = `
import json, os, sys, torch
from safetensors.torch import load_file
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint
from transformers import CLIPTextConfig, CLIPTextModel
place, trace, config = sys.argv[1], load_file(sys.argv[2]), json.loads(sys.argv[3])
folder = os.path.isdir(place)
file = None if folder else load_file(place)
def unet():
    if folder: return UNet2DConditionModel.from_pretrained(place, subfolder="unet")
    net = UNet2DConditionModel.from_config(config["unet"])
    net.load_state_dict(convert_ldm_unet_checkpoint(file, dict(net.config)))
    return net
def vae():
    if folder: return AutoencoderKL.from_pretrained(place, subfolder="vae")
    net = AutoencoderKL.from_config(config["vae"])
    net.load_state_dict(convert_ldm_vae_checkpoint(file, dict(net.config)))
    return net
def text():
    if folder: return CLIPTextModel.from_pretrained(place, subfolder="text_encoder")
    net = CLIPTextModel(CLIPTextConfig(**config["text"]))
    own, prefix = net.state_dict(), "cond_stage_model.transformer."
    found = {k[len(prefix):]: v for k, v in file.items() if k.startswith(prefix)}
    found = {k if k in own else k.removeprefix("text_model."): v for k, v in found.items() if not k.endswith("position_ids")}
    net.load_state_dict(found)
    return net
def guided(net):
    a, b = net(trace["sample"], trace["timestep"], trace["encoder_hidden_states"]).sample
    return (a + ${GUIDANCE} * (b - a))[None]
asked = {
    "step": lambda: guided(unet().float().eval()),
    "image": lambda: vae().float().eval().decode(trace["latent"]).sample,
    "prompt_embeds": lambda: text().float().eval()(trace["token_ids"]).last_hidden_state,
}
with torch.no_grad():
    for name, answer in asked.items():
        theirs = answer()
        print(((trace[name] - theirs).abs().max() / theirs.abs().max()).item(), flush=True)
`;

export interface Deviations {
  readonly step: number;
  readonly decode: number;
  readonly text: number;
}

/**
 * One guided UNet step, one VAE decode and one text embedding of a Stable Diffusion 1.x model at its native size, against
 * diffusers: the largest difference as a share of the largest value. Files of its own go to `scratch`.
 */
export async function deviationsFrom(
  python: string,
  model: UNetModel,
  { device, scratch }: { readonly device: Device; readonly scratch: string },
): Promise<Deviations> {
  const { dialect } = device;
  const size = model.denoiser.config.sample_size;
  const { component, tokenizer } = model.textEncoders[0]!;
  const tokens = tokenizer.maxLength;
  const run = async (graph: Graph, feeds: Record<string, AnyTensor>, output: string): Promise<Tensor> => {
    const session = await openSession(graph, device);
    try {
      return (await session.run(feeds))[output]!;
    } finally {
      await session.release();
    }
  };
  const shape = { batch: 2, height: size, width: size, tokens };
  const unet = unetGraph(model.denoiser.config, new Weights(model.denoiser.weights), shape, { dialect });
  const decoder = decoderGraph(model.vae.config, new Weights(model.vae.weights), { ...shape, batch: 1 }, dialect);
  const text = clipTextGraph(component.config, new Weights(component.weights), { batch: 1, tokens }, { dialect });
  const { ids } = tokenizer.encode("a red apple on a wooden table, soft morning light");
  const token_ids = { type: "int64" as const, dims: [1, tokens], data: BigInt64Array.from(ids, BigInt) };
  const [unconditional, conditional] = unstack(await run(unet, sineFeeds(unet), "out"));
  const trace = new Map<string, AnyTensor>([
    ...Object.entries({ ...sineFeeds(unet), ...sineFeeds(decoder), token_ids }),
    ["step", guide(GUIDANCE, unconditional!, conditional!)],
    ["image", await run(decoder, sineFeeds(decoder), "sample")],
    ["prompt_embeds", await run(text, { input_ids: token_ids }, "last_hidden_state")],
  ]);
  const file = path.join(scratch, "ours.safetensors");
  await writeSafetensors(file, trace);
  const [step, decode, embeds] = ask(python, [model.path, file, JSON.stringify({ ...SD15, text: SD15.texts[0] })]);
  return { step: step!, decode: decode!, text: embeds! };
}

function ask(python: string, args: readonly string[]): number[] {
  try {
    const said = execFileSync(python, ["-c", SCRIPT, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return said.trim().split("\n").slice(-3).map(Number);
  } catch (error) {
    const last = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split("\n")
      .at(-1);
    throw new Problem(
      "request-invalid",
      `"${python}" can't compare this model with diffusers (${last}): leave out --python.`,
    );
  }
}
