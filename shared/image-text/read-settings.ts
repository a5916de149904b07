/** How a picture was made, where the tool that made it wrote it into the file: PNG texts, or a photograph's comment. */
import { readA1111 } from "./a1111-text.ts";
import { readComfyUi } from "./comfyui-prompt.ts";
import { exifComment } from "./exif-comment.ts";
import { readFooocus } from "./fooocus-metadata.ts";
import type { FoundSettings } from "./found-settings.ts";
import { readInvokeAi } from "./invokeai-metadata.ts";
import { parseForeignJson } from "./large-numbers.ts";
import { readOwn } from "./own-recipe.ts";
import { isPng } from "./png-chunks.ts";
import { pngTexts } from "./png-text.ts";
import { readSwarmUi } from "./swarmui-parameters.ts";
import { isRecord } from "./values.ts";

/** Of a PNG, JPEG or WebP. Undefined: nothing is written there, or nothing that is known here. */
export async function readSettings(image: Uint8Array): Promise<FoundSettings | undefined> {
  const texts = isPng(image) ? await pngTexts(image) : new Map<string, string>();
  const parameters = texts.get("parameters") ?? exifComment(image);
  return (
    readOwn(texts) ??
    (parameters === undefined ? undefined : fromParameters(parameters)) ??
    readInvokeAi(texts) ??
    fromJson(texts.get("prompt"), readComfyUi) ??
    fromJson(texts.get("Comment"), fromObject)
  );
}

/** One key for four tools. */
const fromParameters = (text: string): FoundSettings | undefined => fromObject(text) ?? readA1111(text);

function fromObject(text: string): FoundSettings | undefined {
  const data = text.trimStart().startsWith("{") ? parseForeignJson(text) : undefined;
  return isRecord(data) ? (readSwarmUi(data) ?? readFooocus(data)) : undefined;
}

const fromJson = (text: string | undefined, read: (text: string) => FoundSettings | undefined) =>
  text === undefined ? undefined : read(text);
