/** What the interface does: every effect of a button, and the wiring of main, companion and state. */
import { Problem } from "../../../shared/problem.ts";
import type { CompanionMessage, Envelope, Welcome } from "../../../shared/protocol.ts";
import type { BridgeEvent, CallInput, Mode, SelectionInfo, Settings, Where } from "../../bridge.ts";
import { SidePictures } from "../pixels/side-pictures.ts";
import { Thumbnails } from "../pixels/thumbnails.ts";
import { prepareRun } from "../request/prepare-run.ts";
import { layerName, readRecipe } from "../request/recipe.ts";
import { smallLinework } from "../request/take-controls.ts";
import { isActive, type Picture } from "../state/picture.ts";
import { type ControlLayer, MODELS_OWN, type ReferenceLayer, type State, type View } from "../state/state.ts";
import { Store } from "../state/store.ts";
import { CompanionClient } from "../wires/companion-client.ts";
import { connectMain, type MainClient } from "../wires/main-client.ts";
import { browserSurroundings, type Surroundings } from "../wires/probe.ts";
import { addControls, addReferences } from "./follow-layers.ts";
import { JobDesk } from "./job-desk.ts";
import { refill } from "./refill.ts";
import { showFill } from "./show-fill.ts";

const SAVE_SETTINGS_AFTER_MS = 400;
/** For as long as good news stay on their own; what went wrong stays until the designer has seen it. */
const PLAIN_NOTICE_MS = 5000;

export class Studio {
  readonly store = new Store();
  readonly main: MainClient;
  readonly thumbnails: Thumbnails;
  /** Of drawn layers: their lines, as a control model gets them. */
  readonly linework: Thumbnails;
  readonly sidePictures: SidePictures;
  readonly #companion: CompanionClient;
  readonly #desk: JobDesk;
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Window, world: Surroundings = browserSurroundings()) {
    this.main = connectMain(host, (event) => this.#onEvent(event));
    this.thumbnails = new Thumbnails((node) => this.main.call("thumbnail", { node }).then(({ bytes }) => bytes));
    this.linework = new Thumbnails((node) => smallLinework(node, this.main));
    this.#companion = new CompanionClient({
      world,
      build: BUILD_ID,
      events: {
        onConnection: (connection) => this.store.dispatch({ type: "connection", connection }),
        onWelcome: (welcome, pairing) => this.#onWelcome(welcome, pairing),
        onMessage: (envelope) => this.#onMessage(envelope),
        onPairing: (pairing) => void this.#save({ slot: "pairing", value: pairing }),
      },
    });
    this.sidePictures = new SidePictures((id) => {
      if (this.store.state.connection.kind === "ready") this.#companion.send({ type: "thumbnail", id });
    });
    this.#desk = new JobDesk({
      store: this.store,
      companion: this.#companion,
      save: (change) => this.#save(change),
    });
    this.store.subscribe((state, before) => this.#onChange(state, before));
  }

  /** Asks main for everything that was kept, then looks for the companion. */
  async start(): Promise<void> {
    const { command, document, selection, settings, pairing, jobs } = await this.main.call("start", {});
    this.#desk.remember(jobs.filter((job) => job.ticket.document === document));
    const view = command === "self-test" ? "self-test" : "create";
    this.store.dispatch({ type: "started", document, selection, settings, view });
    this.#companion.start(pairing);
    if (command === "regenerate") await this.recall(selection);
    if (command === "self-test") await this.selfTest();
  }

  // ---- what buttons do ---------------------------------------------------------------------------------------------

  pair = (code: string) => this.#companion.pair(code, this.#desk.waiting());
  retry = () => this.#companion.retryNow();
  download = (repo: string) => this.#try(async () => this.#companion.send({ type: "download", repo }));
  cancelDownload = (repo: string) => this.#try(async () => this.#companion.send({ type: "cancel-download", repo }));
  listModels = () => this.#try(async () => this.#companion.send({ type: "list-models" }));
  /** What was typed last is kept, too. */
  close = () =>
    this.#try(async () => {
      await this.#save({ slot: "settings", value: this.store.state.settings });
      await this.main.call("close", {});
    });

  /** Takes the pixels and sends one job a picture. */
  generate = () =>
    this.#try(async () => {
      if (this.store.state.submitting) return;
      this.store.dispatch({ type: "submitting", submitting: true });
      try {
        const run = await prepareRun(this.store.state, this.main);
        if (!this.store.state.settings.seedLocked)
          this.store.dispatch({ type: "settings", change: { seed: run[0]!.request.seed } });
        await this.#desk.submit(run);
      } finally {
        this.store.dispatch({ type: "submitting", submitting: false });
      }
    });

  /** The same again with new seeds: the settings of that picture come back first. */
  vary = (picture: Picture) =>
    this.#try(async () => {
      await refill(this, picture.job.recipe);
      this.store.dispatch({ type: "settings", change: { seedLocked: false } });
      const { target, mask } = picture.job.ticket;
      await this.#selectLayers(mask === undefined ? [target] : [target, mask]);
      await this.generate();
    });

  /** Puts the settings that made a picture back into the panel, seed included. */
  reuse = (picture: Picture) =>
    this.#try(async () => {
      await refill(this, picture.job.recipe);
      this.store.dispatch({ type: "view", view: "create" });
    });

  place = (picture: Picture, where: Where = "over") =>
    this.#try(async () => {
      const recipe = readRecipe(picture.job.recipe);
      if (picture.image === null || recipe === null) throw new Problem("internal", "This picture is not there yet.");
      const { ticket } = picture.job;
      const { bytes } = picture.image;
      const input = { ticket, bytes, where, name: layerName(recipe), recipe: picture.job.recipe };
      const placed = await this.main.call("place-layer", input).catch((error: unknown) => {
        const problem = Problem.from(error);
        if (problem.code !== "target-gone" && problem.code !== "target-changed") throw problem;
        const action = { label: "Place as new layer", name: "place-beside", job: picture.job.job } as const;
        this.store.dispatch({ type: "notice", notice: { tone: "problem", text: problem.message, action } });
        return null;
      });
      if (placed === null) return;
      this.store.dispatch({ type: "placed", job: picture.job.job });
      this.#desk.release(picture.job.job);
      this.store.dispatch({ type: "notice", notice: { tone: "plain", text: placed.note ?? "Placed on the canvas." } });
    });

  discard = (pictures: readonly Picture[]) =>
    this.#try(async () => {
      for (const picture of pictures) {
        if (isActive(picture)) this.#desk.cancel(picture);
        this.#desk.release(picture.job.job);
        for (const url of [picture.image?.url, picture.preview]) if (url) URL.revokeObjectURL(url);
      }
      this.store.dispatch({ type: "discarded", jobs: pictures.map(({ job }) => job.job) });
    });

  cancel = (pictures: readonly Picture[]) =>
    this.#try(async () => {
      for (const picture of pictures.filter(isActive)) this.#desk.cancel(picture);
    });

  addReferences = () => this.#try(async () => addReferences(this.store));
  addControls = () => this.#try(() => addControls(this));

  /** "Generate again": the selected layer's recipe fills the panel, and its target is selected. */
  recall = (selection: SelectionInfo) =>
    this.#try(async () => {
      if (selection.kind !== "target" || selection.recipe === undefined) return;
      const recipe = await refill(this, selection.recipe);
      await this.#selectLayers(recipe.mask === undefined ? [recipe.target.id] : [recipe.target.id, recipe.mask.id]);
    });

  selfTest = () =>
    this.#try(async () => {
      this.store.dispatch({ type: "checks", checks: null });
      this.store.dispatch({ type: "checks", checks: (await this.main.call("self-test", {})).checks });
    });

  // ---- small changes -------------------------------------------------------------------------------------------------

  set = (change: Partial<Settings>) => this.store.dispatch({ type: "settings", change });
  type = (prompt: string) => this.store.dispatch({ type: "prompt", prompt });
  choseMode = (mode: Mode) => this.store.dispatch({ type: "mode", mode });
  show = (view: View) => this.store.dispatch({ type: "view", view });
  choose = ({ job }: Picture) => this.store.dispatch({ type: "chosen", job: job.job });
  dismiss = () => this.store.dispatch({ type: "notice", notice: null });
  setReferences = (references: readonly ReferenceLayer[]) => this.store.dispatch({ type: "references", references });
  setControls = (controls: readonly ControlLayer[]) => this.store.dispatch({ type: "controls", controls });

  /** Another model: what was set for the last one no longer fits. */
  useModel = (model: string) => {
    this.set({ ...MODELS_OWN, model });
    this.show("create");
  };

  resize = (window: Settings["window"]) =>
    this.#try(async () => {
      this.set({ window });
      await this.main.call("resize", window);
    });

  // ---- what is told ------------------------------------------------------------------------------------------------

  #onChange(state: State, before: State): void {
    if (!state.loaded) return;
    if (before.loaded && state.settings !== before.settings) {
      clearTimeout(this.#saving);
      this.#saving = setTimeout(
        () => this.#save({ slot: "settings", value: this.store.state.settings }),
        SAVE_SETTINGS_AFTER_MS,
      );
    }
    const { notice } = state;
    if (notice !== before.notice && notice?.tone === "plain")
      setTimeout(() => this.store.state.notice === notice && this.dismiss(), PLAIN_NOTICE_MS);
    if (state.selection !== before.selection || state.mode !== before.mode)
      void this.#try(() => showFill(this.store, this.main));
  }

  #onEvent(event: BridgeEvent): void {
    if (event.type === "selection") this.store.dispatch(event);
    else {
      const picture = this.store.state.pictures.find(({ job }) => job.job === event.job);
      if (picture !== undefined) void this.place(picture, event.spot);
    }
  }

  #onWelcome(welcome: Welcome, pairing: string): void {
    const { version, device = null, modelsFolder, models, addOns, modelProblems, contentFilter } = welcome;
    const known = { version, device, engineProblem: null, modelsFolder, models, addOns, modelProblems, contentFilter };
    this.store.dispatch({ type: "companion", companion: known });
    this.sidePictures.askAgain();
    this.#desk.onWelcome(welcome, pairing);
  }

  #onMessage(envelope: Envelope<CompanionMessage>): void {
    const { message, attachments } = envelope;
    if (message.type === "models") this.store.dispatch(message);
    else if (message.type === "thumbnail") this.sidePictures.onAnswer(message.id, attachments.get("image"));
    else if (message.type === "downloads")
      this.store.dispatch({ type: "downloads", downloads: message.downloads, recommended: message.recommended });
    else if (message.type === "engine")
      this.store.dispatch({ type: "engine", device: message.device ?? null, problem: message.problem ?? null });
    else this.#desk.onMessage(envelope);
  }

  // ---- helpers -----------------------------------------------------------------------------------------------------

  /** Selects layers and waits until the panel shows them. */
  async #selectLayers(nodes: string[]): Promise<void> {
    const { found, selection } = await this.main.call("select-layers", { nodes });
    if (found.length === nodes.length) this.store.dispatch({ type: "selection", selection });
    else throw new Problem("target-gone", "The layer that this was made for no longer exists. Select another one.");
  }

  #save(change: CallInput<"save">): Promise<void> {
    return this.#try(async () => {
      await this.main.call("save", change);
    });
  }

  /** Whatever goes wrong in an effect is said to the designer. */
  async #try(effect: () => Promise<void>): Promise<void> {
    try {
      await effect();
    } catch (error) {
      const problem = Problem.from(error);
      if (problem.code === "internal") console.error(error);
      this.store.dispatch({ type: "notice", notice: { tone: "problem", text: problem.message } });
    }
  }
}
