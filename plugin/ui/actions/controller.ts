/** What the interface does: every effect of a button, and the wiring of main, companion and state. */
import type { Rect } from "../../../shared/geometry.ts";
import { Problem } from "../../../shared/problem.ts";
import type {
  BridgeEvent,
  CallInput,
  Character,
  CharacterReference,
  Margins,
  Mode,
  SelectionInfo,
  Settings,
  Where,
} from "../../bridge.ts";
import { usableWindow } from "../../window-size.ts";
import { shrink } from "../pixels/shrink.ts";
import { SidePictures } from "../pixels/side-pictures.ts";
import { Thumbnails } from "../pixels/thumbnails.ts";
import { smallLinework } from "../request/take-controls.ts";
import type { ControlLayer, ReferenceLayer } from "../state/followed.ts";
import { isActive, isDerived, type Picture } from "../state/picture.ts";
import { MODELS_OWN, type View } from "../state/state.ts";
import { Store } from "../state/store.ts";
import { t } from "../text/language.ts";
import type { Table } from "../text/table.ts";
import { CompanionClient } from "../wires/companion-client.ts";
import { keepImages } from "../wires/keep-images.ts";
import { connectMain, type MainClient } from "../wires/main-client.ts";
import { browserSurroundings, type Surroundings } from "../wires/probe.ts";
import type { Actions } from "./actions.ts";
import { followChanges } from "./after-change.ts";
import { type Attempt, attemptsOf } from "./attempt.ts";
import { listCharacters } from "./characters-in-file.ts";
import { paletteOfFile, paletteOfSelection, styleOfSelection } from "./choose-palette.ts";
import { cutOut } from "./cut-out.ts";
import { retryDerived } from "./derived-pictures.ts";
import { type EnlargeWish, enlargePictures } from "./enlarge-pictures.ts";
import { fillPanel, recipeOf } from "./fill-panel.ts";
import { findPlaced } from "./find-placed.ts";
import { fitAhead } from "./fit-ahead.ts";
import { addControls, addReferences } from "./follow-layers.ts";
import { goLive, keepLive } from "./go-live.ts";
import { hearMessage, hearWelcome } from "./hear-companion.ts";
import { HistoryDesk } from "./history-desk.ts";
import { JobDesk } from "./job-desk.ts";
import { judgeAsTheyCome } from "./judge-as-they-come.ts";
import { LikenessDesk } from "./likeness-desk.ts";
import { reportLikeness } from "./likeness-report.ts";
import { LiveDesk } from "./live-desk.ts";
import { makeArtboards, openArtboards } from "./make-artboards.ts";
import { addToCharacter, makeSheet, saveCharacter, setCharacterReference } from "./make-characters.ts";
import { placeAsTheyCome } from "./place-as-they-come.ts";
import { placePicture, revertPicture } from "./place-picture.ts";
import { problemNotice } from "./problem-notice.ts";
import { finish, generate, retry, vary } from "./run.ts";
import { takeFiles } from "./take-files.ts";
import { takeQuickAction } from "./take-quick-action.ts";
import { targetPicture } from "./target-picture.ts";

export class Controller implements Actions {
  readonly store = new Store();
  readonly main: MainClient;
  readonly desk: JobDesk;
  readonly history: HistoryDesk;
  readonly judge: LikenessDesk;
  readonly live: LiveDesk;
  readonly thumbnails: Thumbnails;
  readonly linework: Thumbnails;
  readonly sidePictures: SidePictures;
  readonly #companion: CompanionClient;
  readonly #attempt: Attempt = attemptsOf(this.store);

  constructor(host: Window, world: Surroundings = browserSurroundings()) {
    this.main = keepImages(connectMain(host, (event) => this.#onEvent(event)));
    this.thumbnails = new Thumbnails((node) => this.main.call("thumbnail", { node }).then(({ bytes }) => bytes));
    this.linework = new Thumbnails((node) => smallLinework(node, this.main));
    this.#companion = new CompanionClient({
      world,
      build: BUILD_ID,
      events: {
        onConnection: (connection) => this.store.dispatch({ type: "connection", connection }),
        onWelcome: (welcome, pairing) => hearWelcome(this, welcome, pairing),
        onMessage: (envelope) => hearMessage(this, envelope),
        onPairing: (pairing) => void this.#save({ slot: "pairing", value: pairing }),
      },
    });
    this.sidePictures = new SidePictures((id) => {
      if (this.store.state.connection.kind === "ready") this.#companion.send({ type: "thumbnail", id });
    });
    this.desk = new JobDesk({ store: this.store, companion: this.#companion, save: (change) => this.#save(change) });
    this.history = new HistoryDesk({
      ...{ store: this.store, companion: this.#companion, main: this.main, shrink },
      release: (job) => this.desk.release(job),
    });
    this.judge = new LikenessDesk(this.#companion);
    this.live = new LiveDesk({ store: this.store, main: this.main, companion: this.#companion });
    followChanges(this.store, this.main, this.#attempt);
    judgeAsTheyCome(this);
    placeAsTheyCome(this);
    fitAhead(this);
  }

  /** Asks main for everything that was kept, then looks for the companion. */
  async start(): Promise<void> {
    const started = await this.main.call("start", {});
    const { command, document, selection, settings, pairing, jobs, file, asked, problem } = started;
    const view = command === "self-test" ? "self-test" : "create";
    this.store.dispatch({ type: "started", document, selection, settings, view });
    this.desk.remember(jobs.filter((job) => job.ticket.document === document));
    this.history.remember(file);
    this.#companion.start(pairing);
    await this.listCharacters("known");
    if (command === "regenerate") await this.recall(selection);
    if (command === "self-test") await this.selfTest();
    if (problem) this.store.dispatch(problemNotice(new Problem(problem.code, problem.message)));
    if (asked) await takeQuickAction(this, asked);
  }

  // ---- the companion -----------------------------------------------------------------------------------------------

  pair = (code: string) => this.#companion.pair(code, this.desk.waiting());
  retryConnection = () => this.#companion.retryNow();
  download = (repo: string) => this.#attempt(async () => this.#companion.send({ type: "download", repo }));
  cancelDownload = (repo: string) => this.#attempt(async () => this.#companion.send({ type: "cancel-download", repo }));
  listModels = () => this.#attempt(async () => this.#companion.send({ type: "list-models" }));

  // ---- pictures ----------------------------------------------------------------------------------------------------

  generate = () => this.#attempt(() => generate(this));
  goLive = (target: Parameters<Actions["goLive"]>[0]) => goLive(this, target);
  keepLive = () => this.#attempt(() => keepLive(this));
  finish = (picture: Picture) => this.#attempt(() => finish(this, picture));
  vary = (picture: Picture) => this.#attempt(() => vary(this, picture));
  retry = (pictures: readonly Picture[]) =>
    this.#attempt(async () => {
      const [larger, others] = [true, false].map((is) => pictures.filter((each) => isDerived(each) === is));
      if (larger!.length > 0) await retryDerived(this, larger!);
      if (others!.length > 0) await retry(this, others!);
    });
  place = (picture: Picture, where: Where = "over") => this.#attempt(() => placePicture(this, picture, where));
  enlarge = (pictures: readonly Picture[], wish?: EnlargeWish) =>
    this.#attempt(() => enlargePictures(this, pictures, wish));
  cutOut = (picture: Picture) => this.#attempt(() => cutOut(this, picture));
  revert = (picture: Picture) => this.#attempt(() => revertPicture(this, picture));

  cancel = (pictures: readonly Picture[]) =>
    this.#attempt(async () => {
      for (const picture of pictures.filter(isActive)) this.desk.cancel(picture);
    });

  discard = (pictures: readonly Picture[]) =>
    this.#attempt(async () => {
      for (const picture of pictures) {
        if (isActive(picture)) this.desk.cancel(picture);
        this.desk.release(picture.job.job);
        for (const url of [picture.image?.url, picture.preview, picture.small]) if (url) URL.revokeObjectURL(url);
      }
      this.store.dispatch({ type: "discarded", jobs: pictures.map(({ job }) => job.job) });
    });

  showSmall = (picture: Picture) => this.history.showSmall(picture);
  load = (picture: Picture) => this.#attempt(async () => void (await this.history.load(picture)));
  star = ({ job, starred }: Picture) => this.store.dispatch({ type: "starred", job: job.job, starred: !starred });
  compare = ({ job, layers }: Picture, show: "before" | "after") =>
    this.#attempt(async () => void (await this.main.call("compare", { layers: [...layers], job: job.job, show })));
  pictureBefore = async ({ job, layers }: Picture): Promise<string | null> => {
    let url: string | null = null;
    await this.#attempt(async () => {
      url = await targetPicture(this.main, job.ticket, layers);
    });
    return url;
  };

  reuse = (picture: Picture) =>
    this.#attempt(async () => {
      await fillPanel(this, picture.recipe, { lockSeed: true });
      this.store.dispatch({ type: "view", view: "create" });
      this.#say(t.window.seedLocked(picture.recipe.request.seed));
    });

  recall = (selection: SelectionInfo) =>
    this.#attempt(async () => {
      if (selection.kind !== "target" || selection.recipe === undefined) return;
      const recipe = recipeOf(selection.recipe);
      await fillPanel(this, recipe, { lockSeed: false });
      await this.#selectLayers([
        recipe.target.id,
        ...(recipe.mask ? [recipe.mask, ...(recipe.alsoMasks ?? [])] : []).map(({ id }) => id),
      ]);
      this.#say(t.window.settingsRecalled);
    });

  // ---- characters -----------------------------------------------------------------------------------------------------

  listCharacters = (pages: "known" | "all") => this.#attempt(() => listCharacters(this, pages));
  chooseCharacter = (character: string | null) => this.store.dispatch({ type: "character", character });
  saveCharacter = (name: string) => this.#attempt(() => saveCharacter(this, name));
  addToCharacter = (character: Character) => this.#attempt(() => addToCharacter(this, character));
  setCharacterReference = (reference: CharacterReference) =>
    this.#attempt(() => setCharacterReference(this, reference));
  makeSheet = (character: Character, scenes: readonly string[]) =>
    this.#attempt(() => makeSheet(this, character, scenes));
  reportLikeness = (character: Character) => this.#attempt(() => reportLikeness(this, character));
  showLayer = (node: string) => this.#attempt(async () => void (await this.main.call("show-layer", { node })));

  // ---- formats --------------------------------------------------------------------------------------------------------

  openArtboards = () => this.#attempt(() => openArtboards(this));
  setSubject = (subject: Rect) => {
    const { artboards } = this.store.state;
    if (artboards !== null) this.store.dispatch({ type: "artboards", artboards: { ...artboards, subject } });
  };
  makeArtboards = () => this.#attempt(() => makeArtboards(this));

  // ---- the panel ---------------------------------------------------------------------------------------------------

  takeFiles = (files: readonly File[], as: "reference" | "anything") => this.#attempt(() => takeFiles(this, files, as));
  addReferences = () => this.#attempt(async () => addReferences(this.store));
  paletteOfFile = () => this.#attempt(() => paletteOfFile(this));
  paletteOfSelection = () => this.#attempt(() => paletteOfSelection(this));
  styleOfSelection = () => this.#attempt(() => styleOfSelection(this));
  addControls = async (): Promise<readonly string[]> => {
    const before = this.store.state.controls.map(({ layer }) => layer.id);
    await this.#attempt(() => addControls(this));
    return this.store.state.controls.map(({ layer }) => layer.id).filter((id) => !before.includes(id));
  };
  setReferences = (references: readonly ReferenceLayer[]) => this.store.dispatch({ type: "references", references });
  setControls = (controls: readonly ControlLayer[]) => this.store.dispatch({ type: "controls", controls });
  selectLayers = (nodes: readonly string[]) => this.#attempt(() => this.#selectLayers([...nodes]));
  set = (change: Partial<Settings>) => this.store.dispatch({ type: "settings", change });
  type = (prompt: string) => this.store.dispatch({ type: "prompt", prompt });
  expand = (target: string, margins: Margins) =>
    this.store.dispatch({ type: "expansion", expansion: { target, margins } });
  paintTexts = (painted: readonly string[]) => this.store.dispatch({ type: "painted", painted });
  useTable = (table: Table | null) => this.store.dispatch({ type: "table", table });
  chooseMode = (mode: Mode) => this.store.dispatch({ type: "mode", mode });
  choose = ({ job }: Picture) => this.store.dispatch({ type: "chosen", job: job.job });
  lookClosely = (close: boolean) => this.store.dispatch({ type: "close", close });
  show = (view: View) => {
    this.store.dispatch({ type: "view", view });
    if (view === "characters") void this.listCharacters("known");
  };
  dismissNotice = () => this.store.dispatch({ type: "notice", notice: null });

  /** What was set for the last model no longer fits. */
  chooseModel = (model: string) => {
    this.set({ ...MODELS_OWN, model });
    this.show("create");
  };

  resize = (wanted: Settings["window"]) =>
    this.#attempt(async () => {
      const window = usableWindow(wanted);
      this.set({ window });
      await this.main.call("resize", window);
    });

  selfTest = () =>
    this.#attempt(async () => {
      this.store.dispatch({ type: "checks", checks: null });
      this.store.dispatch({ type: "checks", checks: (await this.main.call("self-test", {})).checks });
    });

  /** What was typed last is kept, too. */
  close = () =>
    this.#attempt(async () => {
      await this.#save({ slot: "settings", value: this.store.state.settings });
      await this.main.call("close", {});
    });

  // ---- helpers -----------------------------------------------------------------------------------------------------

  #onEvent(event: BridgeEvent): void {
    if (event.type === "selection") {
      this.store.dispatch(event);
      void this.#attempt(() => findPlaced(this.store, this.main));
      if (this.store.state.view === "characters") void this.listCharacters("known");
    } else if (event.type === "edited") this.live.onEdited(event.node);
    else {
      const picture = this.store.state.pictures.find(({ job }) => job.job === event.job);
      if (picture !== undefined) void this.place(picture, event.spot);
    }
  }

  /** Selects layers and waits until the panel shows them. */
  async #selectLayers(nodes: string[]): Promise<void> {
    const { found, selection } = await this.main.call("select-layers", { nodes });
    if (found.length === nodes.length) this.store.dispatch({ type: "selection", selection });
    else throw new Problem("target-gone", "The layer that this was made for no longer exists. Select another one.");
  }

  #say = (text: string) => this.store.dispatch({ type: "notice", notice: { tone: "plain", text } });

  #save(change: CallInput<"save">): Promise<void> {
    return this.#attempt(async () => {
      await this.main.call("save", change);
    });
  }
}
