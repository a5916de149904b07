/** What a model is told of its references' roles: the same picture as from the same words, typed by hand. */
import type { Flux2Model } from "../../companion/checkpoint/model.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { factsOf } from "../../companion/library/family-facts.ts";
import { buildRequest } from "../../plugin/ui/request/build-request.ts";
import { intentOfRecipe, intentsOf } from "../../plugin/ui/request/intent.ts";
import { settingsOf } from "../../plugin/ui/request/recipe-settings.ts";
import { toRecipe } from "../../plugin/ui/state/recipe.ts";
import { INITIAL_STATE, type State } from "../../plugin/ui/state/state.ts";
import type { Role } from "../../shared/roles.ts";
import { KLEIN } from "../checkpoint/klein-sample.ts";
import { companion, layer, model, recipe, target } from "../plugin/ui/fixtures.ts";
import { openTestStudio, paint } from "./studio-for-tests.ts";

const studio = openTestStudio(undefined, { klein: KLEIN });
afterAll(() => studio.close());

const facts = async () => factsOf((await studio.openModel("klein")) as Flux2Model);
const reference = (name: string, role?: Role) => ({
  ...{ layer: layer(name), weight: 1, start: 0, end: 1, blocks: "all" as const },
  ...(role && { role }),
});
const ROLED = [reference("Ada", "face"), reference("Chair"), reference("Ink", "style")];
const TOLD = "Keep the face of image 1. Use the style of image 3.";

async function stateOf(prompt: string, more: Partial<State> = {}): Promise<State> {
  const { factor: _, ...klein } = await facts();
  const settings = { ...INITIAL_STATE.settings, model: "klein", seed: 4, seedLocked: true, count: 1, steps: 2 };
  const models = [{ ...model, ...klein, id: "klein", nativeSize: 64 }];
  return {
    ...INITIAL_STATE,
    ...{
      loaded: true,
      companion: { ...companion, models },
      selection: target("Hero"),
      prompt,
      references: ROLED,
      settings,
    },
    ...more,
  };
}
const intentOf = (state: State) => ({ ...intentsOf(state)[0]!, target: { width: 64, height: 64 }, fill: null });

test("roles become sentences behind the prompt, and give the same bytes as those sentences typed by hand", async () => {
  const told = intentOf(await stateOf("a chair in the sun"));
  expect([told.prompt, told.typed, told.rolesTold]).toEqual([
    `a chair in the sun. ${TOLD}`,
    "a chair in the sun",
    TOLD,
  ]);
  const plain = ROLED.map(({ layer: { name } }) => reference(name));
  const typed = intentOf(await stateOf(`a chair in the sun. ${TOLD}`, { references: plain }));
  expect(typed.rolesTold).toBeUndefined();
  const picture = (wave: number) =>
    encodePng({
      ...{ width: 32, height: 32 },
      data: Uint8Array.from({ length: 4096 }, (_, i) => (i % 4 === 3 ? 255 : 128 + 127 * Math.sin(i / wave))),
    });
  const images = {
    "reference.0": await picture(9),
    "reference.1": await picture(21),
    "reference.2": await picture(33),
  };
  const [a, b] = [
    await paint(studio, buildRequest(told, 4), images),
    await paint(studio, buildRequest(typed, 4), images),
  ];
  expect(a.result.png).toEqual(b.result.png);
});

test("in Edit the picture that is changed is the first one, and sentences end what was typed", async () => {
  expect(intentOf(await stateOf("Make it night!", { mode: "edit" })).prompt).toBe(
    "Make it night! Keep the face of image 2. Use the style of image 4.",
  );
  expect(intentOf(await stateOf("")).prompt).toBe(TOLD);
});

test("nothing is told where that is switched off, by a model without sentences, or of no role", async () => {
  const state = await stateOf("a chair");
  const off = intentOf({ ...state, settings: { ...state.settings, tellsRoles: false } });
  expect([off.prompt, off.rolesTold]).toEqual(["a chair", undefined]);
  const others = { ...companion, models: [{ ...model, id: "klein" }] };
  expect(intentOf({ ...state, companion: others }).prompt).toBe("a chair");
  expect(intentOf(await stateOf("a chair", { references: [reference("Chair")] })).prompt).toBe("a chair");
});

test("a recipe keeps what was told, and gives it back", async () => {
  const state = await stateOf("a chair");
  const { prompt, typed, rolesTold, references } = intentOf(state);
  const kept = {
    ...recipe,
    ...{ typed: typed!, rolesTold: rolesTold!, references: references.map(toRecipe) },
    request: { ...recipe.request, model: "klein", prompt },
  };
  expect(intentOfRecipe(kept, state.companion!, "its own")).toMatchObject({ prompt, typed, rolesTold });
  expect(settingsOf(kept).tellsRoles).toBe(true);
  const { rolesTold: _, ...untold } = kept;
  expect(settingsOf(untold).tellsRoles).toBe(false);
  expect(settingsOf(recipe)).not.toHaveProperty("tellsRoles");
});
