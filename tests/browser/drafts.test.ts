/**
 * A draft from the panel, in a real browser, painted by the starter model: it is asked for with less work, is marked in the results,
 * and "Finish it" paints the same bytes that a run without drafts paints.
 */
import type { Task } from "../../shared/job.ts";
import { openTestStudio, paint } from "../pipeline/studio-for-tests.ts";
import { companion } from "../plugin/ui/fixtures.ts";
import { inBrowser, withStandIn } from "./on-stage.ts";
import type { Made } from "./stand-in-companion.ts";

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

inBrowser("A draft", () => {
  const device = { ...companion.device!, timesFaster: 1.9 };
  const settings = { count: 1, steps: STEPS, prompt: "lemon", seed: 4, seedLocked: true };
  const on = withStandIn({ make, more: { device }, settings, close: () => studio.close() });

  test("is quick, says so, and is finished with one press", async () => {
    const { ui } = on.designer;
    const generate = ui.locator("footer button.primary:enabled", { hasText: "Generate" });
    const ready = ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
    const create = ui.getByRole("button", { name: "Create", exact: true });
    await on.designer.select("Rocket");
    await ui.locator(".settings > summary").click();
    await ui.locator(".quality", { hasText: "Exact" }).waitFor();
    await generate.click();
    await ready.waitFor();
    expect(await ui.locator(".tag.draft").count()).toBe(0);
    expect(await ui.getByRole("button", { name: "Finish it" }).count()).toBe(0);
    const placed = on.designer.nextLayer();
    await ready.click();
    await placed;

    await create.click();
    if ((await ui.locator(".settings[open]").count()) === 0) await ui.locator(".settings > summary").click();
    await ui.locator(".quality label", { hasText: "Draft" }).click();
    await ui.getByText("8 of 12 steps · Fast, 1.9× · tiny differences").waitFor();
    await ui.locator(".settings > summary", { hasText: `draft · seed 4 · ${STEPS} steps` }).waitFor();
    await on.designer.screenshot("draft-settings");
    await generate.click();
    await ui.locator(".tag.draft").waitFor();
    const note = ui.locator(".draft-note");
    await note.getByText("A draft: 8 of 12 steps").waitFor();
    await on.designer.screenshot("draft-result");
    const drawn = on.designer.nextLayer();
    await ready.click();
    await drawn;

    await note.getByRole("button", { name: "Finish it" }).click();
    await ui.locator(".draft-note").waitFor({ state: "detached" });
    const instead = ui.locator("footer button.primary:enabled", { hasText: "Place instead" });
    await instead.waitFor();
    await on.designer.screenshot("draft-finished");
    await instead.click();
    await ui.locator("footer button.primary:enabled", { hasText: "Place again" }).waitFor();

    const [whole, draft, finished] = asked;
    expect(draft!.request).toMatchObject({ steps: 8, quantize: "int8" });
    expect(draft!.bytes).not.toEqual(whole!.bytes);
    expect(finished!.request).toEqual(whole!.request);
    expect(finished!.bytes).toEqual(whole!.bytes);
    expect(asked).toHaveLength(3);
    expect(on.designer.errors).toEqual([]);
  });
});
