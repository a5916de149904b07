/** What a designer means who types or pastes where a model's name belongs. */
export type NamedModel =
  | { readonly repo: string }
  /** Nothing that can be downloaded from here; which of the texts about models says what to do instead. */
  | { readonly advice: "fromElsewhere" | "aFile" | "noName" };

/** "owner/name", as the hub writes it; what follows in an address is a branch or a file. */
const REPO = /^(\w[\w.-]{0,95}\/\w[\w.-]{0,95})(?:\/.*)?$/;
const ADDRESS = /^https?:\/\/([^/]+)\/?(.*)$/i;
/** An address without its beginning: the first part ends like a host's name, and what follows is more than a name. */
const BARE_ADDRESS = /^www\.|^[\w-]+\.(?:com|org|net|io|co|red)(?:\/|$)/i;
/** The hub itself, or a mirror of it. */
const HUB = /(?:^|[.-])(?:huggingface|hf)[.-]/i;
const FILE = /\.(?:safetensors|ckpt|gguf|pth?|bin|zip)$/i;

/** The repository that was typed or pasted, or what to do with what is none; undefined where it is no more than a beginning. */
export function modelNamed(typed: string): NamedModel | undefined {
  const text = typed.trim();
  const [, host, path = ""] = ADDRESS.exec(text) ?? [];
  if (host === undefined ? BARE_ADDRESS.test(text) : !HUB.test(host)) return { advice: "fromElsewhere" };
  const repo = REPO.exec(host === undefined ? text : path)?.[1];
  if (host === undefined && FILE.test(text)) return { advice: "aFile" };
  if (repo !== undefined && !repo.includes("..")) return { repo };
  return /^[\w.-]*\/?$/.test(text) ? undefined : { advice: "noName" };
}
