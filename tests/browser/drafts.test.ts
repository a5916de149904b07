/**
 * A draft from the panel, in a real browser, painted by the starter model: it is asked for with less work, is marked in the results,
 * and "Finish it" paints the same bytes that a run without drafts paints.
 */
import path from "node:path";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import type { Task } from "../../shared/job.ts";
import { randomSecret } from "../../shared/pairing.ts";
import { openTestStudio, paint } from "../pipeline/studio-for-tests.ts";
import { companion } from "../plugin/ui/fixtures.ts";
import type { Driver } from "./driver.ts";
import { findBrowser } from "./find-browser.ts";
import { openStage, type Stage } from "./open-stage.ts";
import { type Made, startStandIn } from "./stand-in-companion.ts";

const root = path.resolve(__dirname, "../..");
const found = findBrowser(root);
const inBrowser = "path" in found ? describe : describe.skip;

const SIDE = 64;
const STEPS = 12;
const studio = openTestStudio();
type Asked = Extract<Task, { kind: "generate" }>["request"];
const asked: { readonly request: Asked; readonly bytes: Uint8Array }[] = [];

async function make(task: Task): Promise<Made> {
  const { request } = task as Extract<Task, { kind: "generate" }>;
  const size = { width: SIDE, height: SIDE };
  // Whether whole numbers are right on the machine that runs the tests is another question.
  const { quantize: _, ...computed } = request;
  const { result } = await paint(studio, { ...computed, model: "starter", ...size });
  asked.push({ request, bytes: result.png });
  return { bytes: result.png, ...size };
}

inBrowser(`A draft${"missing" in found ? ` (${found.missing})` : ""}`, () => {
  let stage: Stage | undefined;
  let designer: Driver;
  const pairing = { pairing: "8".repeat(32), token: randomSecret() };

  beforeAll(async () => {
    if ("missing" in found) return;
    const device = { ...companion.device!, timesFaster: 1.9 };
    const answer = () => startStandIn(pairing, make, { device });
    const settings = { ...DEFAULT_SETTINGS, count: 1, steps: STEPS, prompt: "lemon", seed: 4, seedLocked: true };
    stage = await openStage({ root, path: found.path, settings, pairing, answer });
    ({ designer } = stage);
    await designer.ui.getByText("Nothing selected").waitFor();
  });
  afterAll(async () => {
    await stage?.close();
    await studio.close();
  });

  test("is quick, says so, and is finished with one press", async () => {
    const { ui } = designer;
    const generate = ui.locator("footer button.primary:enabled", { hasText: "Generate" });
    const ready = ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
    const create = ui.getByRole("button", { name: "Create", exact: true });
    await designer.select("Rocket");
    await ui.locator(".settings > summary").click();
    await ui.locator(".quality", { hasText: "Exact" }).waitFor();
    await generate.click();
    await ready.waitFor();
    expect(await ui.locator(".tag.draft").count()).toBe(0);
    expect(await ui.getByRole("button", { name: "Finish it" }).count()).toBe(0);
    const placed = designer.nextLayer();
    await ready.click();
    await placed;

    await create.click();
    if ((await ui.locator(".settings[open]").count()) === 0) await ui.locator(".settings > summary").click();
    await ui.locator(".quality label", { hasText: "Draft" }).click();
    await ui.getByText("8 of 12 steps · Fast, 1.9× · tiny differences").waitFor();
    await ui.locator(".settings > summary", { hasText: `draft · seed 4 · ${STEPS} steps` }).waitFor();
    await designer.screenshot("draft-settings");
    await generate.click();
    await ui.locator(".tag.draft").waitFor();
    const note = ui.locator(".draft-note");
    await note.getByText("A draft: 8 of 12 steps").waitFor();
    await designer.screenshot("draft-result");
    const drawn = designer.nextLayer();
    await ready.click();
    await drawn;

    await note.getByRole("button", { name: "Finish it" }).click();
    await ui.locator(".draft-note").waitFor({ state: "detached" });
    const instead = ui.locator("footer button.primary:enabled", { hasText: "Place instead" });
    await instead.waitFor();
    await designer.screenshot("draft-finished");
    await instead.click();
    await ui.locator("footer button.primary:enabled", { hasText: "Place again" }).waitFor();

    const [whole, draft, finished] = asked;
    expect(draft!.request).toMatchObject({ steps: 8, quantize: "int8" });
    expect(draft!.bytes).not.toEqual(whole!.bytes);
    expect(finished!.request).toEqual(whole!.request);
    expect(finished!.bytes).toEqual(whole!.bytes);
    expect(asked).toHaveLength(3);
    expect(designer.errors).toEqual([]);
  });
});
