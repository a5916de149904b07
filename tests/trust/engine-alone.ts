/** The built engine process with the starter model, without a companion around it. */
import path from "node:path";
import { Engine } from "../../companion/engine/engine.ts";
import type { Progress, Result } from "../../shared/job.ts";
import { parseRequest } from "../../shared/validate.ts";

export interface EngineAlone {
  readonly engine: Engine;
  paint(fields: object, onProgress?: (progress: Progress) => void): Promise<Result>;
}

export async function engineAlone(memory?: number): Promise<EngineAlone> {
  const setup = { modelsFolders: [], starter: path.resolve("starter/weights"), provider: "cpu" };
  const engine = new Engine({
    entry: path.resolve("dist/companion/engine.js"),
    setup: { ...setup, ...(memory !== undefined && { memory }) },
  });
  let jobs = 0;
  const paint: EngineAlone["paint"] = (fields, onProgress = () => {}) => {
    const request = parseRequest({ model: "starter", prompt: "red apple", seed: 1, steps: 2, ...fields });
    const job = { id: String(++jobs), task: { kind: "generate", request } as const, images: new Map() };
    return engine.run(job, { onProgress, signal: new AbortController().signal });
  };
  return { engine, paint };
}
