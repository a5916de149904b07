/** What a designer does with the file's characters. */
import { type Character, type CharacterReference, MOST_FRAMES } from "../../bridge.ts";
import { modelSize } from "../models/model-size.ts";
import { modelInUse, requireModel } from "../state/model-in-use.ts";
import { t } from "../text/language.ts";
import { listCharacters } from "./characters-in-file.ts";
import { selectedLayers } from "./follow-layers.ts";
import { paintSheet, type Runner } from "./run.ts";

/** Problem "selection-unsupported". */
export async function saveCharacter(runner: Runner, name: string): Promise<void> {
  const { store, main } = runner;
  const nodes = selectedLayers(store.state.selection).map(({ id }) => id);
  const { copied } = await main.call("save-character", { nodes, name });
  await listCharacters(runner, "known");
  const text = copied ? t.characters.savedBeside(name) : t.characters.saved(name);
  store.dispatch({ type: "notice", notice: { tone: "plain", text } });
}

/** Problem "selection-unsupported". */
export async function addToCharacter(runner: Runner, { id: character }: Character): Promise<void> {
  const nodes = selectedLayers(runner.store.state.selection).map(({ id }) => id);
  await runner.main.call("add-references", { character, nodes });
  await listCharacters(runner, "known");
}

export async function setCharacterReference(runner: Runner, reference: CharacterReference): Promise<void> {
  const { layer, role, weight, start, end } = reference;
  await runner.main.call("set-reference", { layer: layer.id, note: { role, weight, start, end } });
  await listCharacters(runner, "known");
}

/** Canvas pixels of a frame's longer side. */
const FRAME_SIDE = 256;

/** Frames beside the character, each named after its scene, and a picture of the character in each. Problem "model-not-found". */
export async function makeSheet(runner: Runner, character: Character, scenes: readonly string[]): Promise<void> {
  const { store, main } = runner;
  const model = requireModel(modelInUse(store.state));
  const names = scenes.slice(0, MOST_FRAMES);
  const shape = character.references[0]?.layer ?? { width: 1, height: 1 };
  const size = modelSize(shape, { native: model.nativeSize, factor: 1 });
  const scale = FRAME_SIDE / Math.max(size.width, size.height);
  const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
  const { frames } = await main.call("make-frames", { names: [...names], width, height, beside: character.id });
  await paintSheet(runner, frames, ({ name }) => sceneWith(character, name));
}

/** A scene that does not say where the character is begins with it. */
const sceneWith = ({ name }: Character, scene: string): string =>
  scene.toLowerCase().includes(`@${name.toLowerCase()}`) ? scene : `@${name} ${scene}`;
