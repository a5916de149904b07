/** Which files of a repository are needed to draw with it: safetensors, and the JSON and text beside them. */
import { Problem } from "../../../shared/problem.ts";

/** A file of a repository, as its listing says; nothing of it is believed before the bytes are here. */
export interface RemoteFile {
  /** Below the repository, with "/". */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal: of a large file its SHA-256, of any other git's blob hash (SHA-1). */
  readonly checksum: { readonly kind: "sha256" | "git"; readonly hex: string };
}

export interface Choice {
  /** These, each with the config.json that lies beside it. Absent: what the repository is made of. */
  readonly files?: readonly string[];
  /** "fp16": half the size, where the repository has it. Default "full". */
  readonly variant?: "full" | "fp16";
  /** "with": the model's safety checker too, where pictures have to pass it. Default "without". */
  readonly contentFilter?: "with" | "without";
}

/** The parts of a diffusers folder that a picture needs; repositories hold other programs' conversions and older parts beside. */
const NETWORKS = ["unet", "vae", "text_encoder", "text_encoder_2", "image_encoder"];
const OTHERS = ["tokenizer", "tokenizer_2", "scheduler", "feature_extractor", "ip_adapter"];

/** Throws Problem "download-refused" where there is nothing that can be used, or several things. */
export function chooseFiles(
  files: readonly RemoteFile[],
  { files: named, variant = "full", contentFilter = "without" }: Choice,
  repo: string,
): RemoteFile[] {
  const refuse = (what: string) => new Problem("download-refused", `"${repo}" ${what}`);
  for (const { path } of files)
    if (!isPlain(path)) throw refuse(`lists a file under a path that leads elsewhere ("${path.slice(0, 80)}").`);
  const weights = files.filter(({ path }) => path.endsWith(".safetensors"));
  if (named !== undefined) {
    const missing = named.find((name) => !weights.some(({ path }) => path === name));
    if (missing !== undefined)
      throw refuse(`has no file "${missing.slice(0, 200)}" with weights: it has ${listOf(weights)}.`);
    const wanted = new Set(named.flatMap((name) => [name, name.replace(/[^/]*$/, "config.json")]));
    return files.filter(({ path }) => wanted.has(path));
  }
  if (weights.length === 0) throw refuse(lack("weights", files));
  if (files.some(({ path }) => path === "model_index.json"))
    return diffusersFolder(files, { variant, contentFilter }, refuse);
  const config = files.find(({ path }) => path === "config.json");
  const component = config
    ? ofVariant(
        weights.filter(({ path }) => !path.includes("/")),
        variant,
      )
    : [];
  if (config && component.length > 0) return [config, ...component];
  const [single, ...others] = weights.filter(({ path }) => !path.includes("/"));
  if (single && others.length === 0) return [single];
  throw refuse(`holds several files: name one of them with --file. It has ${listOf(weights)}.`);
}

function diffusersFolder(
  files: readonly RemoteFile[],
  { variant, contentFilter }: Required<Omit<Choice, "files">>,
  refuse: (what: string) => Problem,
): RemoteFile[] {
  const networks = contentFilter === "with" ? [...NETWORKS, "safety_checker"] : NETWORKS;
  const parts = new Set([...networks, ...OTHERS]);
  const inParts = files.filter(({ path }) => {
    const [part, name, ...deeper] = path.split("/");
    return name !== undefined && deeper.length === 0 && parts.has(part!);
  });
  const texts = inParts.filter(
    ({ path }) => /\.(?:json|txt)$/.test(path) && !/\.(?:safetensors|bin)\.index\.|flax|onnx/.test(path),
  );
  const weights = networks
    .filter((part) => inParts.some(({ path }) => path === `${part}/config.json`))
    .flatMap((part) => {
      const here = inParts.filter(({ path }) => path.startsWith(`${part}/`));
      const chosen = ofVariant(
        here.filter(({ path }) => /\.safetensors(?:\.index.*\.json)?$/.test(path)),
        variant,
      );
      if (chosen.length > 0) return chosen;
      throw refuse(lack(`weights of "${part}"`, here));
    });
  const adapters = inParts.filter(({ path }) => /^ip_adapter\/.*\.safetensors$/.test(path));
  return [...files.filter(({ path }) => path === "model_index.json"), ...texts, ...weights, ...adapters];
}

/** Of the weights in one folder, those that diffusers would load: the other precision only where this one is not there. */
function ofVariant(weights: readonly RemoteFile[], variant: "full" | "fp16"): RemoteFile[] {
  const known = weights.filter(
    ({ path }) => /(?:^|\/)(?:diffusion_pytorch_)?model\b/.test(path) && !/non_ema/.test(path),
  );
  const half = known.filter(({ path }) => /[./]fp16[.-]/.test(path));
  const full = known.filter((one) => !half.includes(one));
  return variant === "fp16" ? (half.length > 0 ? half : full) : full.length > 0 ? full : half;
}

/** What a repository has in place of safetensors. */
const FORMATS: readonly (readonly [file: RegExp, format: string])[] = [
  [/\.(?:bin|ckpt|pt|pth|pkl)$/i, "only as pickles, which can run code when they are opened"],
  [/\.gguf$/i, "only as GGUF, for other programs"],
  [/\.onnx$/i, "only for ONNX"],
  [/\.msgpack$/i, "only for Flax"],
];

/** What to say of a repository, or of a part of one, with these files and no safetensors among them. */
function lack(what: string, files: readonly RemoteFile[]): string {
  const format = FORMATS.find(([pattern]) => files.some(({ path }) => pattern.test(path)))?.[1];
  const has = format === undefined ? `has no ${what}` : `has its ${what} ${format}`;
  return `${has}: choose a repository that has .safetensors files.`;
}

/** Below the repository on every system. */
const isPlain = (path: string): boolean =>
  /^[^\\:*?"<>|\p{Cc}]{1,400}$/u.test(path) &&
  path.split("/").every((name) => name !== "" && name !== "." && name !== "..");

function listOf(files: readonly RemoteFile[]): string {
  const names = files.slice(0, 8).map(({ path }) => `"${path}"`);
  const more = files.length > names.length ? ` and ${files.length - names.length} more` : "";
  return names.length === 0 ? "none" : names.join(", ") + more;
}
