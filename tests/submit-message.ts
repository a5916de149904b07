import { createHash } from "node:crypto";

/** A `submit` as the plugin sends it, with whatever request: bad ones are tested, too. `seeds`: a job each. */
export function submitMessage(
  jobs: readonly string[],
  request: object,
  images: ReadonlyMap<string, Uint8Array> = new Map(),
  seeds: readonly number[] = [],
) {
  return {
    type: "submit",
    task: { kind: "generate", request },
    jobs: jobs.map((job, i) => ({ job, ...(seeds[i] !== undefined && { seed: seeds[i] }) })),
    images: [...images].map(([name, bytes]) => ({ name, sha256: createHash("sha256").update(bytes).digest("hex") })),
  };
}
