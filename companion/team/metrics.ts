/** How the studio's queue stands, for Prometheus. No prompt and no name of a person is in it. */
import { Gauge, Registry } from "prom-client";
import type { Overview } from "./overview.ts";

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Undefined: the queue can't be reached. */
export async function metricsOf(overview: Overview | undefined): Promise<string> {
  const registry = new Registry();
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name: `underpaint_${name}`, help, labelNames, registers: [registry] });
  gauge("queue_up", "1 where the studio's queue can be reached.").set(overview === undefined ? 0 : 1);
  if (overview === undefined) return registry.metrics();
  const { people, workers, models } = overview;
  const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
  const waiting = gauge("jobs_waiting", "Jobs that wait.", ["kind"]);
  waiting.set({ kind: "interactive" }, sum(people.map(({ interactive }) => interactive)));
  waiting.set({ kind: "batch" }, sum(people.map(({ batch }) => batch)));
  gauge("jobs_running", "Jobs in the hands of workers.").set(sum(people.map(({ running }) => running)));
  gauge("people", "People who are paired, or have jobs.").set(people.length);
  gauge("people_waiting", "People with jobs that wait.").set(
    people.filter(({ interactive, batch }) => interactive + batch > 0).length,
  );
  gauge("models", "Models that live workers have.").set(models.length);
  gauge("workers", "Workers that live.").set(workers.length);
  const [busy, done] = [
    gauge("worker_busy", "1 while a worker has a job.", ["worker", "id"]),
    gauge("worker_jobs", "Jobs that a worker has ended since it started.", ["worker", "id"]),
  ];
  for (const { id, card } of workers) {
    busy.set({ worker: card.name, id: id.slice(0, 8) }, card.busy ? 1 : 0);
    done.set({ worker: card.name, id: id.slice(0, 8) }, card.done);
  }
  return registry.metrics();
}
