/** After so many jobs at the latest. */
const JOBS = 8;
/** And once the process has grown by so much, bytes. */
const GROWTH = 16 * 2 ** 20;

/**
 * Collects what JavaScript holds in vain. What the runtime and the picture libraries gave lies outside of JavaScript's heap: a
 * hundred megabytes of it hang on objects of some kilobytes, which give no reason to collect them. Needs Node's `--expose-gc`.
 * Returns a function that is to be called between two jobs.
 */
export function garbageCollector(
  collect: () => void = globalThis.gc ?? (() => {}),
  resident: () => number = () => process.memoryUsage.rss(),
): () => void {
  let least = resident();
  let jobs = 0;
  return () => {
    if (++jobs < JOBS && resident() < least + GROWTH) return;
    collect();
    least = resident();
    jobs = 0;
  };
}
