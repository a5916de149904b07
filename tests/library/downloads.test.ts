import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { CATALOGUE } from "../../companion/library/catalogue.ts";
import { Downloads } from "../../companion/library/download/downloads.ts";
import type { DownloadInfo } from "../../shared/protocol.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { type StandInHub, standInHub } from "./stand-in-hub.ts";

const top = temporaryFolder();
const repo = "some/model";
let hub: StandInHub;
let folder: string;
let count = 0;
beforeEach(async () => {
  hub = await standInHub({ "a.safetensors": randomBytes(100_000) });
  folder = path.join(top, String(count++));
});
afterEach(() => hub.close());

const open = () => new Downloads({ folder, endpoint: hub.endpoint, pausesMs: [], stallMs: 60_000 });
/** When the list is as wanted. */
const until = (downloads: Downloads, wanted: (all: readonly DownloadInfo[]) => boolean) =>
  new Promise<void>((done) => {
    const stop = downloads.onChange((all) => {
      if (!wanted(all)) return;
      stop();
      done();
    });
  });

test("Downloads tells of one until it is a model", async () => {
  const downloads = open();
  downloads.start({ repo });
  downloads.start({ repo });
  expect(downloads.list()).toEqual([{ repo, state: "running", done: 0, total: 0 }]);
  await until(downloads, (all) => all.length === 0);
  expect(existsSync(path.join(folder, "some--model/a.safetensors"))).toBe(true);
  expect(hub.asked).toHaveLength(1);
  await downloads.close();
});

test("Downloads keeps a failed one until it is started again or taken off", async () => {
  const downloads = open();
  hub.mischief.push("teapot");
  downloads.start({ repo });
  await until(downloads, ([one]) => one?.state === "failed");
  expect(downloads.list()[0]).toMatchObject({ state: "failed", problem: { code: "download-refused" } });
  downloads.cancel(repo);
  expect(downloads.list()).toEqual([]);
  await downloads.close();
});

test("Downloads deletes what a cancelled one had, and keeps what a stopped one had", async () => {
  const downloads = open();
  const hasPart = () => {
    const place = path.join(folder, ".downloads/some--model");
    return existsSync(place) && readdirSync(place).some((name) => /^a\.safetensors\.[0-9a-f]{12}\.part$/.test(name));
  };
  hub.mischief.push("stall");
  downloads.start({ repo });
  await until(downloads, ([one]) => (one?.done ?? 0) > 0);
  downloads.cancel(repo);
  await until(downloads, (all) => all.length === 0);
  expect(hasPart()).toBe(false);

  hub.mischief.push("stall");
  downloads.start({ repo });
  await until(downloads, ([one]) => (one?.done ?? 0) > 0);
  await downloads.close();
  expect(hasPart()).toBe(true);
  const next = open();
  next.start({ repo });
  await until(next, (all) => all.length === 0);
  expect(hub.asked.at(-1)![1]).toBeGreaterThan(0);
});

test("Downloads refuses the fifth at a time", async () => {
  const downloads = open();
  for (let i = 0; i < 4; i++) downloads.start({ repo: `a/${i}` });
  expect(() => downloads.start({ repo: "a/5" })).toThrow(expect.objectContaining({ code: "queue-full" }));
  await downloads.close();
});

test("the catalogue says of each model how large it is and what one may do with it", () => {
  expect(new Set(CATALOGUE.map((model) => model.repo)).size).toBe(CATALOGUE.length);
  for (const { repo, bytes, memoryBytes, licence } of CATALOGUE) {
    expect(repo).toMatch(/^[\w.-]+\/[\w.-]+$/);
    expect(Number.isSafeInteger(bytes) && Number.isSafeInteger(memoryBytes)).toBe(true);
    expect(licence).toContain("commercial use");
  }
});
