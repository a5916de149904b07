/** The pages of a studio's gateway: status for people, metrics for monitoring. */
import type { Pages } from "../gateway/pages.ts";
import type { Pairings } from "../gateway/pairings.ts";
import type { RedisQueue } from "../queue/bullmq/redis-queue.ts";
import { METRICS_TYPE, metricsOf } from "../team/metrics.ts";
import { overviewOf } from "../team/overview.ts";
import { statusPage } from "../team/status-page.ts";
import type { TeamLibrary } from "../team/team-library.ts";

interface Seen {
  readonly pairings: Pick<Pairings, "list">;
  readonly version: string;
}

/** Over TLS they are for whoever knows `UNDERPAINT_STATUS_TOKEN`. */
export function pagesOf(
  studio: { readonly queue: RedisQueue; readonly library: TeamLibrary },
  { pairings, version }: Seen,
  env = process.env,
): Pages {
  const overview = () => {
    const everybody = pairings.list().map(({ id, name }) => name ?? id);
    const isPairing = /^[0-9a-f]{32}$/;
    const nameOf = (person: string) => (isPairing.test(person) ? `plugin ${person.slice(0, 8)}` : person);
    return overviewOf(studio, { everybody, nameOf });
  };
  return {
    token: env.UNDERPAINT_STATUS_TOKEN || undefined,
    made: {
      "/status": async () => ({ type: "text/html; charset=utf-8", body: statusPage(await overview(), version) }),
      "/metrics": async () => ({ type: METRICS_TYPE, body: await metricsOf(await overview().catch(() => undefined)) }),
    },
  };
}
