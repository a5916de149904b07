/** Work on other machines: the studio's queue, and what its live workers have. */
import { Problem } from "../../shared/problem.ts";
import type { Pairings } from "../gateway/pairings.ts";
import { RedisQueue } from "../queue/bullmq/redis-queue.ts";
import { enforcedFilter } from "../team/enforced-filter.ts";
import { TeamEngine } from "../team/team-engine.ts";
import { TeamLibrary } from "../team/team-library.ts";
import type { RedisAddress } from "./redis-address.ts";
import { pagesOf } from "./team-pages.ts";
import type { CompanionEvent, Work } from "./work.ts";

export interface TeamWork extends Work {
  readonly models: TeamLibrary;
}

export interface TeamWorkOptions {
  readonly pairings: Pick<Pairings, "list">;
  readonly version: string;
  /** "enforced": whoever submits, and whatever worker takes the job. */
  readonly contentFilter: "on-request" | "enforced";
  readonly onEvent: (event: CompanionEvent) => void;
}

/** Throws Problem "request-invalid" for an address that is none. */
export function openTeamWork(
  { url, ca }: RedisAddress,
  { pairings, version, contentFilter, onEvent }: TeamWorkOptions,
): TeamWork {
  const log = (line: string) => onEvent({ type: "note", line });
  const queue = new RedisQueue({ url, ...(ca !== undefined && { ca }), log });
  const models = new TeamLibrary(queue);
  const engine = new TeamEngine(queue, models);
  engine.onChange((state) => onEvent({ type: "engine", state }));
  return {
    modelsFolder: "the workers' models folders",
    // A worker that enforces it does so whatever it is told.
    contentFilter: contentFilter === "enforced" ? "enforced" : "off",
    queue: contentFilter === "enforced" ? enforcedFilter(queue) : queue,
    engine,
    models,
    downloads: { recommended: [], list: () => [], start: refuseDownload, cancel: () => {}, onChange: () => () => {} },
    pages: pagesOf({ queue, library: models }, { pairings, version }),
    start: () => {},
    close: async () => {
      engine.close();
      await queue.close();
    },
  };
}

const refuseDownload = () => {
  throw new Problem(
    "download-refused",
    "In a studio, models are put into the workers' models folders: ask whoever looks after the workers.",
  );
};
