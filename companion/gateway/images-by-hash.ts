import { createHash } from "node:crypto";
import { Problem } from "../../shared/problem.ts";
import type { ImageHash } from "../../shared/protocol.ts";

/** The images that came along, by what their bytes hash to. Throws Problem "frame-invalid" where one is not what it is said to be. */
export function imagesByHash(
  images: readonly ImageHash[],
  attachments: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  return new Map(
    [...attachments].map(([name, bytes]) => {
      const hash = createHash("sha256").update(bytes).digest("hex");
      if (images.find((image) => image.name === name)?.sha256 === hash) return [hash, bytes];
      throw new Problem("frame-invalid", `Cannot use the image "${name}" as it is not the one that the message names.`);
    }),
  );
}
