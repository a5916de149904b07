/** What the companion prints and keeps in its log holds no prompt and no name of a model, through jobs that end in every way. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "../gateway/test-client.ts";
import { WsClient } from "../gateway/ws-client.ts";
import { submitMessage } from "../submit-message.ts";
import { attackedCompanion, CODE } from "./attacked-companion.ts";
import { tell } from "./tell.ts";

const folder = mkdtempSync(path.join(tmpdir(), "underpaint-prompts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRETS = ["zanzibar", "negativum", "hidden-model", "hidden-lora"];
const id = (n: number) => n.toString(16).padStart(32, "0");
const ended = (client: WsClient, job: string) =>
  client.messages.some((each) => "job" in each && each.job === job && /done|failed|rejected|cancelled/.test(each.type));

/** All that was printed and logged while five jobs were done, failed, refused and cancelled. */
async function run(name: string, args: readonly string[]): Promise<string> {
  const home = path.join(folder, name);
  const companion = await attackedCompanion(home, { args });
  try {
    const client = new WsClient(companion.port);
    await client.pair(CODE);
    const base = {
      ...{ model: "starter", prompt: "zanzibar", negativePrompt: "negativum", seed: 1 },
      ...{ width: 64, height: 64, steps: 2 },
    };
    const requests = [
      base,
      { ...base, model: "hidden-model" },
      { ...base, prompt: "zanzibar <lora:hidden-lora:1>", loras: [{ model: "hidden-lora" }] },
      { ...base, image: "absent-image" },
      { ...base, prompt: "zanzibar ".repeat(3000) },
      { ...base, steps: 100, width: 256, height: 256 },
    ];
    for (const [i, request] of requests.entries()) client.send(submitMessage([id(i)], request));
    await until(() => [0, 1, 2, 3, 4].every((i) => ended(client, id(i))));
    client.send({ type: "cancel", job: id(5) });
    await until(() => ended(client, id(5)));
  } finally {
    await companion.stop();
  }
  const logs = path.join(home, "logs");
  const kept = existsSync(logs) ? readdirSync(logs).map((file) => readFileSync(path.join(logs, file), "utf8")) : [];
  return [companion.said(), ...kept].join("\n");
}

test("a whole run leaves no prompt in log or output", async () => {
  const text = await run("without", []);
  expect(text).toContain("generate is done");
  expect(text).toMatch(/generate (?:failed|was cancelled)/);
  const found = SECRETS.filter((secret) => text.includes(secret));
  tell({ lines: text.split("\n").length, found: found.length });
  expect(found).toEqual([]);
});

test("--log-prompts keeps them", async () => {
  expect(await run("with", ["--log-prompts"])).toContain("zanzibar");
});
