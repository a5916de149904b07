/**
 * The built plugin at a studio's gateway, as docs/team.md sets one up: through `underpaint connect`, with the code that
 * `underpaint people add` shows, and pictures from a worker. Nobody ends what another person has asked for.
 */
import path from "node:path";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { until } from "../gateway/test-client.ts";
import { WsClient } from "../gateway/ws-client.ts";
import { submitMessage } from "../submit-message.ts";
import { type Running, Studio } from "../team/processes.ts";
import { hasRedisTls, makeCertificate, startRedis } from "../team/redis-server.ts";
import { companionPort } from "./companion-port.ts";
import type { Driver } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { openStage, type Stage } from "./open-stage.ts";
import { toCreate } from "./to-create.ts";

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const missing =
  "missing" in found ? found.missing : hasRedisTls ? "" : "no valkey-server, redis-server or openssl here";
const inStudio = missing === "" ? describe : describe.skip;

const SETTINGS = { ...DEFAULT_SETTINGS, count: 1, steps: 2, seed: 7, seedLocked: true };
const LONG = { model: "starter", prompt: "a cat", seed: 5, width: 384, height: 384, steps: 150 };
const BERTS = "b".repeat(32);

inStudio(`the plugin in a studio${missing && ` (${missing})`}`, () => {
  let stage: Stage | undefined;
  let studio: Studio;
  let designer: Driver;
  let gateway: Running & { readonly port: number };

  /** The nine digits that pair a plugin of that name. */
  const askIn = async (name: string) => {
    const { output, process } = studio.run("gateway", ["people", "add", name]);
    await until(() => process.exitCode !== null);
    return /(\d{3}) (\d{3}) (\d{3})/.exec(output())!.slice(1).join("");
  };

  beforeAll(async () => {
    if ("missing" in found) return;
    const answer = async () => {
      const server = await startRedis();
      studio = new Studio(server.url);
      makeCertificate(studio.home);
      const [cert, key] = ["cert.pem", "key.pem"].map((name) => path.join(studio.home, name)) as [string, string];
      gateway = await studio.gateway("--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key);
      const port = () => /port (\d+)/.exec(gateway.output())?.[1];
      await until(() => port() !== undefined);
      const here = String(await companionPort());
      const connected = studio.run("ada", ["connect", `localhost:${port()}`, "--ca", cert, "--port", here]);
      await Promise.all([studio.worker("box"), until(() => /reaches localhost/.test(connected.output()))]);
      return async () => {
        await studio.close();
        await server.remove();
      };
    };
    stage = await openStage({ root, path: found.path, settings: SETTINGS, answer });
    ({ designer } = stage);
  });
  afterAll(() => stage?.close());

  test("a person pairs by their own code, and places a picture that a worker made", async () => {
    const { ui } = designer;
    const code = await askIn("Ada");
    await ui.getByRole("heading", { name: "Connect to your studio" }).waitFor();
    await designer.screenshot("studio-pairing");
    await ui.getByLabel("Pairing code, nine digits").fill(code);
    await ui.getByText("Nothing selected").waitFor();
    await designer.select("Rocket");
    await ui.locator("#prompt").fill("rocket");
    await ui.locator("footer button.primary:enabled", { hasText: "Generate" }).click();
    await ui.locator("footer button.primary:enabled", { hasText: /^Place/ }).waitFor();
    const appeared = designer.nextLayer();
    await ui.locator("footer button.primary", { hasText: /^Place/ }).click();
    await appeared;
    const { pluginData, width } = await designer.node(/^Generated – /);
    expect(width).toBe(128);
    expect(JSON.parse(pluginData.recipe!)).toMatchObject({
      request: { prompt: "rocket", seed: 7 },
      madeWith: [{ name: "Starter", licence: expect.stringMatching(/MIT/) }],
    });
    await designer.screenshot("studio-placed");
  });

  test("a person waits behind another's picture, ends their own, and neither ends the other's", async () => {
    const { ui } = designer;
    await toCreate(ui);
    const bert = new WsClient(gateway.port);
    await bert.pair(await askIn("Bert"));
    bert.send(submitMessage([BERTS], LONG));
    await bert.next("progress", BERTS);
    designer.frames.length = 0;
    await ui.locator("footer button.primary:enabled", { hasText: "Generate" }).click();
    await ui.getByText("Waiting for 1 other picture").waitFor();
    await designer.screenshot("studio-waiting");
    const sent = designer.frames.find((frame) => frame.sent && frame.message.type === "submit")!;
    const [{ job: adas }] = sent.message.jobs as [{ job: string }];
    const status = await fetch(`http://localhost:${gateway.port}/status`).then((response) => response.text());
    expect(status).toMatch(/<td>Ada<\/td><td class="n">0<\/td><td class="n">1<\/td>/);
    expect(status).toMatch(/<td>Bert<\/td><td class="n">1<\/td><td class="n">0<\/td>/);

    bert.send({ type: "cancel", job: adas });
    expect((await bert.next("rejected", adas)).problem.code).toBe("job-unknown");
    await ui.getByRole("button", { name: "Cancel", exact: true }).click();
    await ui.getByText("Waiting for 1 other picture").waitFor({ state: "detached" });
    const steps = bert.ofType("progress").length;
    await until(() => bert.ofType("progress").length > steps);
    expect(bert.ofType("cancelled")).toEqual([]);
    bert.send({ type: "cancel", job: BERTS });
    await bert.next("cancelled", BERTS);
    bert.socket.terminate();
  });

  test("a person who is shown out reads it, and is asked for a code", async () => {
    const { ui } = designer;
    const { process } = studio.run("gateway", ["people", "revoke", "Ada"]);
    await until(() => process.exitCode !== null);
    await ui.getByLabel(/^Pairing code/).waitFor();
    await designer.screenshot("studio-revoked");
    expect(designer.errors).toEqual([]);
  });
});
