import { readSettings } from "../../../shared/image-text/read-settings.ts";
import { Problem } from "../../../shared/problem.ts";
import { fileSettings } from "../request/file-settings.ts";
import type { Store } from "../state/store.ts";

/** Larger than any picture that can be used. */
const MOST_BYTES = 128 * 1024 * 1024;

/** Puts what a picture's file says of its making into the panel, and says what. False where it says nothing. */
export async function takeSettings(store: Store, file: Blob): Promise<boolean> {
  const { companion } = store.state;
  if (companion === null) return false;
  if (file.size > MOST_BYTES) throw new Problem("image-too-large", "This file is too large for a picture.");
  const found = await readSettings(new Uint8Array(await file.arrayBuffer()));
  if (found === undefined) return false;
  const { prompt, change, words } = fileSettings(found, companion);
  store.dispatch({ type: "settings", change });
  store.dispatch({ type: "prompt", prompt });
  store.dispatch({ type: "view", view: "create" });
  store.dispatch({ type: "notice", notice: { tone: "plain", text: words } });
  return true;
}
