/** A companion without an engine: a real queue and real pairings in a folder of their own, and a runner made by the test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { GatewayEvent, Host, ModelList } from "../../companion/gateway/host.ts";
import { PairingCode } from "../../companion/gateway/pairing-code.ts";
import { Pairings } from "../../companion/gateway/pairings.ts";
import { History } from "../../companion/history/history.ts";
import { namedModels } from "../../companion/library/named-models.ts";
import { EmbeddedQueue } from "../../companion/queue/embedded-queue.ts";
import { Ledger } from "../../companion/queue/ledger.ts";
import { type RunJob, Worker } from "../../companion/queue/worker.ts";

export const CODE = "123456";

export interface TestHost extends Host {
  readonly folder: string;
  readonly events: GatewayEvent[];
  /** Tells the clients that the models folder changed. */
  changeModels(): void;
  /** Tells the clients of another state of the engine. */
  setEngine(state: Host["engine"]["state"]): void;
  close(): Promise<void>;
}

export function openTestHost(
  run: RunJob,
  models: () => Promise<ModelList> = async () => ({ models: [], addOns: [], problems: [] }),
): TestHost {
  const folder = mkdtempSync(path.join(tmpdir(), "underpaint-gateway-"));
  const queue = new EmbeddedQueue(new Ledger(path.join(folder, "queue"), { reserveBytes: 4096 }));
  const worker = new Worker(queue, { name: "test", run });
  const code = new PairingCode({ onChange: () => {}, fixed: CODE });
  const events: GatewayEvent[] = [];
  const watchers = new Set<() => void>();
  const listeners = new Set<(state: Host["engine"]["state"]) => void>();
  let state: Host["engine"]["state"] = {};
  worker.start();
  return {
    folder,
    version: "0.0.0",
    modelsFolder: "/models",
    contentFilter: "off",
    queue,
    pairings: new Pairings(path.join(folder, "pairings.json")),
    code,
    history: new History(path.join(folder, "history")),
    models: {
      list: models,
      named: (task) => namedModels(task, { hashes: async () => hashesIn(await models()) }),
      thumbnail: async (id) => (id === "pictured" ? new Uint8Array([1, 2, 3]) : undefined),
      onChange: (listener) => {
        watchers.add(listener);
        return () => void watchers.delete(listener);
      },
    },
    downloads: { recommended: [], list: () => [], start: () => {}, cancel: () => {}, onChange: () => () => {} },
    changeModels: () => {
      for (const listener of watchers) listener();
    },
    engine: {
      get state() {
        return state;
      },
      onChange: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    onEvent: (event) => void events.push(event),
    events,
    setEngine: (next) => {
      state = next;
      for (const listener of listeners) listener(next);
    },
    close: async () => {
      code.close();
      await worker.close();
      await queue.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const hashesIn = ({ models, addOns }: ModelList) =>
  new Map([...models, ...addOns].flatMap(({ id, sha256 }) => (sha256 === undefined ? [] : [[id, sha256] as const])));
