/** `underpaint settings`: how a picture was made, where the tool that made it wrote it into the file. */
import { readFile, stat } from "node:fs/promises";
import { readSettings } from "../../shared/image-text/read-settings.ts";
import { Problem } from "../../shared/problem.ts";
import { print } from "./print.ts";

/** Larger than any picture that can be used. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Prints them as JSON. Resolves to the exit code. Throws Problem "request-invalid", "image-not-readable". */
export async function runSettings(argv: string[]): Promise<number> {
  const [file] = argv;
  if (file === undefined || argv.length > 1) throw new Problem("request-invalid", "Use underpaint settings IMAGE.");
  const found = await readSettings(await readImage(file));
  if (found === undefined)
    throw new Problem(
      "image-not-readable",
      "The image holds no settings: it was not made by Underpaint, A1111, ComfyUI, InvokeAI, Fooocus or SwarmUI, or was saved anew since.",
    );
  print(JSON.stringify(found, null, 2));
  return 0;
}

async function readImage(file: string): Promise<Uint8Array> {
  try {
    if ((await stat(file)).size > MOST_BYTES)
      throw new Problem("image-too-large", `"${file}" is too large for a picture: choose another file.`);
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if (error instanceof Problem) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem("image-not-readable", `Cannot read the image "${file}" (${code}): check its path.`);
  }
}
