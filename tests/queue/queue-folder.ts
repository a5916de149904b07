/** Queues on a temporary folder, as companions that come and go. */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { EmbeddedQueue, type QueueOptions } from "../../companion/queue/embedded-queue.ts";
import { Ledger, type LedgerOptions } from "../../companion/queue/ledger.ts";

/** In memory where there is such a place: what is tested is written through to the disk hundreds of times. */
const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export class QueueFolder {
  readonly #root = mkdtempSync(path.join(SCRATCH, "underpaint-queue-"));
  readonly #open = new Map<EmbeddedQueue, Ledger>();
  #starts = 0;
  path = path.join(this.#root, "queue");

  open(options: QueueOptions = {}, ledger: LedgerOptions = {}): EmbeddedQueue {
    const opened = new Ledger(this.path, { reserveBytes: 4096, ...ledger });
    const queue = new EmbeddedQueue(opened, options);
    this.#open.set(queue, opened);
    return queue;
  }

  async close(queue: EmbeddedQueue): Promise<void> {
    this.#open.delete(queue);
    await queue.close();
  }

  /** The next one opens what lies on the disk at this moment. */
  leave(): void {
    const left = path.join(this.#root, `queue-${++this.#starts}`);
    cpSync(this.path, left, { recursive: true });
    this.path = left;
  }

  async kill(queue: EmbeddedQueue): Promise<void> {
    this.leave();
    this.#open.get(queue)!.close();
    this.#open.delete(queue);
  }

  async remove(): Promise<void> {
    for (const queue of this.#open.keys()) await queue.close();
    this.#open.clear();
    rmSync(this.#root, { recursive: true, force: true });
  }

  /** Names of the pictures in it. */
  pictures(): string[] {
    return readdirSync(path.join(this.path, "blobs"));
  }

  bytesOf(name: string): number {
    return statSync(path.join(this.path, name), { throwIfNoEntry: false })?.size ?? 0;
  }

  /** In all. */
  bytes(): number {
    return readdirSync(this.path, { recursive: true, encoding: "utf8" })
      .map((name) => statSync(path.join(this.path, name)))
      .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
  }
}

/** Each test of a file has a folder of its own, which `use` is told, and leaves nothing behind. */
export function inNewFolder(use: (folder: QueueFolder) => void): void {
  let folder: QueueFolder;
  beforeEach(() => {
    folder = new QueueFolder();
    use(folder);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await folder.remove();
  });
}
