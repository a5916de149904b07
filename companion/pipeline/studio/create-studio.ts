import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { UsedAs } from "../../../shared/used-model.ts";
import type { LoraFile } from "../../checkpoint/lora/lora-file.ts";
import { type LoraPlan, planLora } from "../../checkpoint/lora/plan-lora.ts";
import { type AnyModel, type ImageEncoder, requireUNet, type UNetModel } from "../../checkpoint/model.ts";
import { openEmbedding } from "../../checkpoint/parts/embedding.ts";
import { embeddingWidth } from "../../checkpoint/parts/ip-adapter.ts";
import { STARTER_ID } from "../../library/library.ts";
import {
  refuseOtherAttentions,
  refuseOtherControl,
  refuseOtherLatents,
  refuseOtherTinyVae,
} from "../../opening/fit.ts";
import { measuresOf } from "../../opening/measures.ts";
import {
  openWholeContentFilter,
  openWholeControl,
  openWholeImageEncoder,
  openWholeIpAdapter,
  openWholeLora,
  openWholeMatting,
  openWholeModel,
  openWholeMotionModule,
  openWholeUpscaler,
  openWholeVae,
} from "../../opening/open-whole.ts";
import { openFittingRedux } from "../../opening/redux.ts";
import { openWholeZImageControl } from "../../opening/z-image-control.ts";
import type { Device } from "../../runtime/device.ts";
import { machineMemory } from "../../runtime/machine-memory.ts";
import { createScratchFolder } from "../../runtime/scratch.ts";
import { createLoraMemory } from "../weights/lora-slots.ts";
import { createKeptResults } from "./kept-results.ts";
import { createKeptStates } from "./kept-states.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import type { ModelFamily, NamedAdapter, Studio, StudioOptions } from "./studio.ts";

/** Bytes that pictures are planned within, at the most, unless the user says otherwise. */
const MOST_PLANNED = 5 * 2 ** 30;

/**
 * Of open sessions on a device: what the user allows, in bytes. Unless told, half of the machine's memory, and pictures are planned within
 * 5 GiB of it: the rest belongs to Figma and the system. In 24 GB all networks of two models of Stable Diffusion 1.5 stay open together,
 * or of one of XL, exact and fast. How much memory a graphics card has is not known: nothing more stays open there than is planned.
 */
export function memoryBounds(
  { info: { provider } }: { readonly info: Pick<Device["info"], "provider"> },
  allowed?: number,
): Pick<Sessions, "budget" | "room"> {
  const half = machineMemory().total / 2;
  const budget = allowed ?? Math.min(MOST_PLANNED, half);
  return { budget, room: allowed ?? (provider === "cpu" ? half : budget) };
}

/** Of results that are kept for the next picture: their share of the budget, and bytes at the most. */
const KEPT_SHARE = 1 / 20;
const KEPT_BYTES = 256 * 2 ** 20;

/** LoRAs that stay in memory between pictures. */
const KEPT_LORAS = 8;

export function createStudio<F extends ModelFamily>({
  families,
  device,
  library,
  memoryBudget,
  memoryLimit,
  narrowFolder,
  statesFolder,
  contentFilter = "on-request",
  names = "ids",
  onUse = () => {},
}: StudioOptions<F>): Studio<F> {
  const sessions = createSessions({ device, ...memoryBounds(device, memoryBudget) });
  const kept = createKeptResults(Math.min(KEPT_BYTES, sessions.budget * KEPT_SHARE));
  const models = new Map<string, AnyModel>();
  const memory = new Map<string, Promise<unknown>>();
  // The last few, in the order of use: a LoRA takes as much memory as its file has numbers.
  const fitted = new Map<string, { readonly file: LoraFile; readonly lora: LoraPlan }>();
  let scratch: string | undefined;
  const resolve = (name: string) => library.resolve(name, { allowPaths: names === "paths" });
  /** The place behind a name, which a picture is going to be made with. */
  const use = (as: UsedAs, name: string): string => {
    const place = resolve(name);
    onUse({ as, path: place, name });
    return place;
  };
  const reading = names === "ids" ? { within: library.roots } : {};

  // An id says where to look. A name means looking through all that there is, which takes a while the first time.
  const loraPlace = async (name: string, model: AnyModel): Promise<string> => {
    try {
      return resolve(name);
    } catch (error) {
      const known = (await studio.adapters("lora", model)).find((lora) => lora.name === name);
      if (known === undefined) throw error;
      return resolve(known.id);
    }
  };

  const encoderAt = async (path: string): Promise<FoundEncoder> => ({
    path,
    encoder: await openWholeImageEncoder(path, reading),
  });
  const fromLibrary = async (model: UNetModel) => {
    const files = await library.references?.(model);
    return files && encoderAt(files.imageEncoder);
  };

  // What is open is of one of them.
  const familyOf = ({ denoiser }: AnyModel): F =>
    families.find(({ architecture }) => architecture === denoiser.architecture)!;

  const withVae = <M extends AnyModel>(model: M, file: string): M => {
    const vae = openWholeVae(file, model.vae.config, reading);
    const { tinyVae, nameOf } = familyOf(model);
    refuseOtherTinyVae(vae, { name: nameOf(model), tinyVae });
    refuseOtherLatents(vae, { vae: model.vae.config });
    return {
      ...model,
      vae,
      verifyUnchanged: () => {
        model.verifyUnchanged();
        vae.weights.verifyUnchanged();
      },
    };
  };

  const studio: Studio<F> = {
    familyOf,
    loraMemory: createLoraMemory(),
    kept,
    keptStates: createKeptStates(kept, statesFolder),
    device,
    sessions,
    memoryLimit,
    contentFilter,
    openModel: async (name, vae) => {
      const file = use("model", name);
      const chosen = vae === undefined ? {} : { vae: use("vae", vae) };
      const key = JSON.stringify([file, chosen]);
      const known = models.get(key);
      if (known && isUnchanged(known)) return known;
      if (known) await sessions.close(known.fingerprint);
      const model: AnyModel = await openWholeModel(file, {
        ...{ ...reading, ...chosen, dialect: device.dialect },
        architectures: families,
      });
      models.set(key, model);
      return model;
    },
    exchangeVae: (model, name) => withVae(model, use("vae", name)),
    openTinyVae: async (model) => {
      const { tinyVae } = familyOf(model);
      // Stable Diffusion's says in no tensor which model it is made for.
      const file = tinyVae && tinyVae !== "taesd" ? await library.tinyVae?.(tinyVae) : undefined;
      return file === undefined ? undefined : withVae(model, file);
    },
    openContentFilter: (model) => openWholeContentFilter(model.path, reading),
    openLora: async (name, model) => {
      const { loraNetworks, nameOf } = familyOf(model);
      if (!loraNetworks)
        throw new Problem("adapter-mismatch", `A model of ${nameOf(model)} takes no LoRAs: leave them out.`);
      const place = await loraPlace(name, model);
      onUse({ as: "lora", path: place, name });
      const key = `${place}/${model.fingerprint}`;
      let entry = fitted.get(key);
      fitted.delete(key);
      if (!entry || !isUnchanged(entry.file)) {
        const file = openWholeLora(place, reading);
        entry = { file, lora: planLora(file, loraNetworks(model)) };
      }
      fitted.set(key, entry);
      if (fitted.size > KEPT_LORAS) fitted.delete(fitted.keys().next().value!);
      return entry.lora;
    },
    openEmbedding: async (name) => openEmbedding(use("embedding", name), reading),
    adapters: async (kind, model) => {
      const rank = ({ families }: NamedAdapter) =>
        families.includes(model.family) ? 0 : families.length === 0 ? 1 : 2;
      return [...((await library.adapters?.(kind)) ?? [])].sort((a, b) => rank(a) - rank(b));
    },
    openAdapter: async (model, { adapter }) => {
      const place = adapter !== undefined ? resolve(adapter) : undefined;
      const found = place ?? (model.ipAdapter ? undefined : (await library.references?.(model))?.adapter);
      if (found !== undefined)
        onUse({ as: "ip-adapter", path: found, ...(adapter !== undefined && { name: adapter }) });
      const opened = found === undefined ? model.ipAdapter : await openWholeIpAdapter(found, reading);
      if (opened) refuseOtherAttentions(opened, measuresOf(model));
      if (opened) return opened;
      throw new Problem(
        "model-not-found",
        "This model comes without an IP-Adapter, which references need: put one into the models folder and name it as the reference's `adapter`.",
      );
    },
    openRedux: async (model, { adapter, imageEncoder }) => {
      const named = {
        ...(adapter !== undefined && { adapter: resolve(adapter) }),
        ...(imageEncoder !== undefined && { imageEncoder: resolve(imageEncoder) }),
      };
      const places = { named, found: await library.references?.(model) };
      const { redux, encoder, files } = openFittingRedux(model.denoiser.config, places, reading);
      onUse({ as: "redux", path: files.redux, ...(adapter !== undefined && { name: adapter }) });
      onUse({ as: "image-encoder", path: files.encoder, ...(imageEncoder !== undefined && { name: imageEncoder }) });
      return { redux, encoder };
    },
    openControl: async (name, model) => {
      const unet = requireUNet(model);
      const control = openWholeControl(use("control", name), reading, unet.denoiser.config);
      refuseOtherControl(control, measuresOf(unet));
      return control;
    },
    openUnion: (name, { denoiser }) => openWholeZImageControl(use("control", name), reading, denoiser.config),
    openMotionModule: (name) => openWholeMotionModule(use("motion", name), reading),
    openImageEncoder: async (model, { adapter, imageEncoder }, ipAdapter) => {
      if (imageEncoder !== undefined) return openWholeImageEncoder(use("image-encoder", imageEncoder), reading);
      const folder = path.dirname(ipAdapter.files[0]!);
      // As published, some adapters for SDXL share the encoder of those for Stable Diffusion 1, in a folder beside theirs.
      const beside = [path.join(folder, "image_encoder"), path.join(folder, "../models/image_encoder")];
      const near = adapter === undefined ? [] : beside.filter((place) => existsSync(place));
      const encoders = await Promise.all(near.map(encoderAt));
      if (model.imageEncoder) encoders.push({ encoder: model.imageEncoder });
      const fitting = encoders.find(
        ({ encoder: { config } }) => embeddingWidth(ipAdapter.kind, config) === ipAdapter.embeddingDim,
      );
      const [any = await fromLibrary(model)] = encoders;
      const chosen = fitting ?? any;
      if (chosen?.path !== undefined) onUse({ as: "image-encoder", path: chosen.path });
      if (chosen) return chosen.encoder;
      throw new Problem(
        "model-not-found",
        "Neither the model nor the IP-Adapter comes with an image encoder, which references need: name one as the reference's `imageEncoder`.",
      );
    },
    openJudge: async (name) => {
      const ownOf = async (model: AnyModel) => {
        if (model.denoiser.architecture !== "unet") return undefined;
        const unet = requireUNet(model);
        return unet.imageEncoder ?? (await fromLibrary(unet))?.encoder;
      };
      const own = (await ownOf(await studio.openModel(name))) ?? (await ownOf(await studio.openModel(STARTER_ID)));
      if (own) return own;
      throw new Problem(
        "model-not-found",
        "Likeness needs an image encoder, and neither the model nor the starter has one: put one into the models folder.",
      );
    },
    openMatting: (name) => openWholeMatting(use("matting", name), reading),
    openUpscaler: (name) => openWholeUpscaler(use("upscaler", name), reading),
    remember: <T>(key: string, make: () => Promise<T>) => {
      const known = memory.get(key) as Promise<T> | undefined;
      if (known) return known;
      const made = make();
      memory.set(key, made);
      made.catch(() => memory.delete(key));
      return made;
    },
    narrowFolder: () => {
      if (narrowFolder !== undefined) return narrowFolder;
      scratch ??= createScratchFolder();
      return scratch;
    },
    close: async () => {
      await sessions.close();
      if (scratch) rmSync(scratch, { recursive: true, force: true });
      scratch = undefined;
    },
  };
  return studio;
}

interface FoundEncoder {
  readonly encoder: ImageEncoder;
  /** Absent: it is a part of the model. */
  readonly path?: string;
}

/** False as well where a file is gone or cannot be read: opening what lies there now tells why. */
function isUnchanged(opened: Pick<AnyModel, "verifyUnchanged">): boolean {
  try {
    opened.verifyUnchanged();
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
