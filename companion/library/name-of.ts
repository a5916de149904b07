import path from "node:path";

/** How files of weights end; the second one is ComfyUI's. */
export const SAFETENSORS = /\.(?:safetensors|sft)$/i;

/** Files that are called alike in every repository: there the folder has the name. */
const GENERIC =
  /^(?:diffusion_pytorch_model|model|open_clip_model|pytorch_model|pytorch_lora_weights|adapter_model|learned_embeds)(?:\.(\w+))?$/;
/** In the Hugging Face cache folders are named by commit, below the repository's. */
const SNAPSHOT = /models--([^/\\]+)[/\\]snapshots[/\\][^/\\]+$/;

/** What people call the file or folder `place`. */
export function nameOf(place: string): string {
  const repository = SNAPSHOT.exec(place)?.[1];
  if (repository !== undefined) return repository.replace("--", "/");
  const name = path
    .basename(place)
    .replace(SAFETENSORS, "")
    // Our own downloads.
    .replace(/^(\w[\w.-]*)--(?=\w[\w.-]*$)/, "$1/");
  const generic = GENERIC.exec(name);
  if (generic === null || !SAFETENSORS.test(place)) return name;
  const [, variant] = generic;
  return nameOf(path.dirname(place)) + (variant === undefined ? "" : ` (${variant})`);
}
