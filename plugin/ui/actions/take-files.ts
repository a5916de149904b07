import { Problem } from "../../../shared/problem.ts";
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import { pictureForFigma } from "../pixels/picture-for-figma.ts";
import { modelInUse } from "../state/model-in-use.ts";
import type { Store } from "../state/store.ts";
import { t } from "../text/language.ts";
import type { MainClient } from "../wires/main-client.ts";
import { addReferenceLayers } from "./follow-layers.ts";
import { takeSettings } from "./take-settings.ts";

/**
 * Image files that were dropped or pasted become layers of the page, and references; as "anything", one that says how it was
 * made puts that into the panel instead. Problems "model-unsupported",
 * "image-not-readable", "request-invalid".
 */
export async function takeFiles(
  { store, main }: { readonly store: Store; readonly main: MainClient },
  files: readonly File[],
  as: "reference" | "anything",
): Promise<void> {
  const pictures = files.filter(({ type }) => type.startsWith("image/"));
  if (pictures.length === 0)
    throw new Problem("image-not-readable", "Drop or paste pictures: PNG, JPEG, WebP or GIF files.");
  if (as === "anything" && pictures.length === 1 && (await takeSettings(store, pictures[0]!))) return;
  const model = modelInUse(store.state);
  if (model !== null && !model.references)
    throw new Problem("model-unsupported", `“${model.name}” follows no references. Choose another model first.`);
  const room = REQUEST_LIMITS.references - store.state.references.length;
  if (pictures.length > room)
    throw new Problem("request-invalid", `There is room for ${room} more ${room === 1 ? "reference" : "references"}.`);
  for (const file of pictures) {
    const { bytes, width, height } = await pictureForFigma(file);
    const name = file.name.replace(/\.\w+$/, "") || t.followed.pastedPicture;
    const { layer } = await main.call("add-image", { bytes, name, width, height });
    addReferenceLayers(store, [layer]);
  }
  store.dispatch({ type: "view", view: "create" });
}
