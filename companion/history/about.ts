import * as v from "valibot";
import type { KeptPicture } from "../../shared/protocol.ts";

const aboutSchema = v.strictObject({ job: v.string(), at: v.number(), starred: v.boolean(), about: v.string() });

/** As it lies on disk. */
export const writeAbout = (kept: KeptPicture): string => JSON.stringify(kept);

/** Null where it is not what `writeAbout` wrote. */
export function readAbout(text: string): KeptPicture | null {
  try {
    const about = v.safeParse(aboutSchema, JSON.parse(text));
    return about.success ? about.output : null;
  } catch {
    return null;
  }
}
