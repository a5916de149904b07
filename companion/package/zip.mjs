/** A folder as a zip file, with its name as the only entry at the top, and what may be run still runnable. */
import { createWriteStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";

/** Resolves to the zip's size in bytes. */
export async function zipFolder(folder, file) {
  const zip = new ZipFile();
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const entry of names) {
    const place = path.join(entry.parentPath, entry.name);
    const inside = path.join(path.basename(folder), path.relative(folder, place)).replaceAll("\\", "/");
    zip.addFile(place, inside, { mode: (await stat(place)).mode });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
  return (await stat(file)).size;
}
