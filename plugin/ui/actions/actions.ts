import type { Rect, Size } from "../../../shared/geometry.ts";
import type { Character, CharacterReference, Margins, Mode, SelectionInfo, Settings, Where } from "../../bridge.ts";
import type { SidePictures } from "../pixels/side-pictures.ts";
import type { Thumbnails } from "../pixels/thumbnails.ts";
import type { ControlLayer, ReferenceLayer } from "../state/followed.ts";
import type { Picture } from "../state/picture.ts";
import type { LayerRef } from "../state/recipe.ts";
import type { View } from "../state/state.ts";
import type { Table } from "../text/table.ts";
import type { EnlargeWish } from "./enlarge-pictures.ts";

/** What the interface can do: all that a panel may ask for. What goes wrong is said to the designer; nothing is thrown. */
export interface Actions {
  /** Small pictures of layers, of drawn layers' lines, and beside models. */
  readonly thumbnails: Thumbnails;
  readonly linework: Thumbnails;
  readonly sidePictures: SidePictures;

  /** The six digits that the companion shows. */
  pair(code: string): void;
  retryConnection(): void;
  download(repo: string): void;
  cancelDownload(repo: string): void;
  listModels(): void;
  selfTest(): void;
  close(): void;
  resize(window: Settings["window"]): void;

  /** Takes the pixels and sends one job a picture. */
  generate(): void;
  /** Paints this frame anew whenever it is edited, and no other; null: none. */
  goLive(target: (LayerRef & Size) | null): void;
  /** Makes what was painted so a layer. */
  keepLive(): void;
  /** A draft, without what it left out: the same seed, and the exact picture of it. */
  finish(picture: Picture): void;
  /** The same with new seeds; neither panel nor selection change. */
  vary(picture: Picture): void;
  /** Those that brought no picture, once more as they were, seeds included. */
  retry(pictures: readonly Picture[]): void;
  cancel(pictures: readonly Picture[]): void;
  place(picture: Picture, where?: Where): void;
  /** Its subject alone: by a matting model, as a picture of its own; without one a plain background is left out where it is placed. */
  cutOut(picture: Picture): void;
  /** Larger versions of them, which take their places: by what was chosen last and twice as large, or as it is wished for. */
  enlarge(pictures: readonly Picture[], wish?: EnlargeWish): void;
  /** Takes a picture away that became a fill of its target. */
  revert(picture: Picture): void;
  discard(pictures: readonly Picture[]): void;
  /** Fetches the small copy of a picture whose bytes are not here, or the picture itself. */
  showSmall(picture: Picture): void;
  load(picture: Picture): void;
  /** Gives it a star, or takes it away. */
  star(picture: Picture): void;
  /** Hides the picture where it is placed, or shows it again. */
  compare(picture: Picture, show: "before" | "after"): void;
  /** The address of its target as it is without it; null where that can't be told. */
  pictureBefore(picture: Picture): Promise<string | null>;
  /** Puts the settings that made a picture into the panel, with its seed. */
  reuse(picture: Picture): void;
  /** The same from a layer that was placed; its target is selected. */
  recall(selection: SelectionInfo): void;

  /**
   * Pictures that were dropped or pasted become references; as "anything", one whose file says how it was made puts that into
   * the panel.
   */
  takeFiles(files: readonly File[], as: "reference" | "anything"): void;
  /** The selected layers. Resolves to the ids of those that were added. */
  addReferences(): void;
  paletteOfFile(): void;
  paletteOfSelection(): void;
  styleOfSelection(): void;
  addControls(): Promise<readonly string[]>;
  setReferences(references: readonly ReferenceLayer[]): void;
  setControls(controls: readonly ControlLayer[]): void;

  /** What characters the file has; "all": on every page. */
  listCharacters(pages: "known" | "all"): void;
  /** Which of them is looked at. */
  chooseCharacter(character: string | null): void;
  /** Makes the selected layers a character. */
  saveCharacter(name: string): void;
  /** Puts pictures of the selected layers into a character. */
  addToCharacter(character: Character): void;
  /** How one of a character's layers counts from now on. */
  setCharacterReference(reference: CharacterReference): void;
  /** A frame for each scene, and a picture of the character in each. */
  makeSheet(character: Character, scenes: readonly string[]): void;
  /** Judges every picture of the character that lies in the file. */
  reportLikeness(character: Character): void;
  /** Looks at the selected layer as a key visual, to make it in other formats. */
  openArtboards(): void;
  /** What of its picture must be seen in each: 0 … 1 of its width and height. */
  setSubject(subject: Rect): void;
  /** Makes the chosen frames, and paints what the picture leaves open in them. */
  makeArtboards(): void;
  /** Goes to a layer, whichever page it is on. */
  showLayer(node: string): void;

  /** Selects layers on the canvas. */
  selectLayers(nodes: readonly string[]): void;
  set(change: Partial<Settings>): void;
  type(prompt: string): void;
  /** Which text layers are painted into the picture, by their ids. */
  paintTexts(painted: readonly string[]): void;
  /** How far Fill goes beyond a picture that has no mask. */
  expand(target: string, margins: Margins): void;
  /** Words for each of several layers. */
  useTable(table: Table | null): void;
  chooseMode(mode: Mode): void;
  chooseModel(model: string): void;
  choose(picture: Picture): void;
  /** Whether the chosen picture is looked at closely. */
  lookClosely(close: boolean): void;
  show(view: View): void;
  dismissNotice(): void;
}
