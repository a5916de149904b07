/**
 * One client: challenge → hello → welcome, then frames in, validated, to the queue, and the events of its jobs out as frames.
 * Whatever a client sends, the worst that happens is that it is told off or closed. A client that leaves does not take its
 * jobs along: their results wait in the queue.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CLIENT_HEADER, frameParts, STRANGER_HEADER } from "../../shared/codec.ts";
import { FrameReader } from "../../shared/frame-reader.ts";
import type { Reached } from "../../shared/pairing.ts";
import { Problem } from "../../shared/problem.ts";
import { type ClientMessage, type CompanionMessage, PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { parseClientMessage } from "../../shared/validate.ts";
import { beginSpan } from "../profile/spans.ts";
import { fitList, modelsFrame } from "./fit-list.ts";
import { type Authenticated, checkVersion, Greeting } from "./greeting.ts";
import { HistoryOfClient } from "./history-of-client.ts";
import type { Host, ModelList } from "./host.ts";
import { jobsOf } from "./jobs-named.ts";
import { JobsOfClient } from "./jobs-of-client.ts";
import type { ClientSocket } from "./socket.ts";
import { Thumbnails } from "./thumbnails.ts";

/** Milliseconds for the client to say hello. */
export const HELLO_MS = 3000;
/** `welcome` waits this long for the list of models; `models` follows where it takes longer. Milliseconds. */
export const MODELS_MS = 500;
/** A wire with more bytes than this waiting gets no progress. */
const FULL_BYTES = 1024 * 1024;
/** Frames in a row that can't be understood; then the client is closed. */
const GARBAGE_FRAMES = 5;

const IMAGE = "image";

export class Connection {
  readonly #socket: ClientSocket;
  readonly #host: Host;
  readonly #reader = new FrameReader();
  readonly #greeting: Greeting;
  readonly #hasRoom: () => boolean;
  readonly #deadline: NodeJS.Timeout;
  readonly #jobs: JobsOfClient;
  readonly #thumbnails: Thumbnails;
  readonly #history: HistoryOfClient;
  #client: { readonly pairing: string; readonly build: string } | undefined;
  readonly #unlisten: (() => void)[] = [];
  #garbage = 0;
  /** Resolves when all that was said of jobs so far has been obeyed. */
  #turn: Promise<void> = Promise.resolve();
  #state: "greeting" | "welcomed" | "closed" = "greeting";

  /** `hasRoom`: whether one more client may prove itself. */
  constructor(socket: ClientSocket, host: Host, { hasRoom, reached }: { hasRoom: () => boolean; reached: Reached }) {
    this.#socket = socket;
    this.#hasRoom = hasRoom;
    this.#host = host;
    this.#greeting = new Greeting(host, reached);
    this.#deadline = setTimeout(() => this.#refuse(tooLate()), HELLO_MS).unref();
    this.#thumbnails = new Thumbnails({
      find: (id) => host.models.thumbnail(id),
      answer: (id, image) => this.#send({ type: "thumbnail", id }, image && new Map([[IMAGE, image]])),
      ready: () => socket.bufferedAmount < FULL_BYTES,
    });
    this.#history = new HistoryOfClient(host.history, (message, attachments) => this.#send(message, attachments));
    this.#jobs = new JobsOfClient({
      host,
      send: (message, attachments) => this.#send(message, attachments),
      ready: () => socket.bufferedAmount < FULL_BYTES,
      refuse: (error, jobs) => this.#answerProblem(Problem.from(error), jobs),
    });
    socket.onPiece((piece) => this.#receive(piece));
    socket.onClose(() => this.#leave());
    this.#send({ type: "challenge", protocol: PROTOCOL_VERSION, nonce: this.#greeting.nonce });
  }

  /** False until the client has proven itself: then it may be dropped in favour of others. */
  get trusted(): boolean {
    return this.#client !== undefined || this.#greeting.proven;
  }

  /** Closes a client whose pairing was revoked; called now and then, and before each of its messages. */
  checkPairing(): void {
    this.#safely(() => {
      if (this.#client === undefined || this.#host.pairings.find(this.#client.pairing) !== undefined) return;
      this.#refuse(new Problem("unauthorised", "This plugin's pairing was revoked: pair it again."));
    });
  }

  #receive(piece: Uint8Array): void {
    this.checkPairing();
    if (this.#isClosed()) return;
    let jobs: string[] = [];
    const end = beginSpan("read a piece", "wire");
    try {
      const frame = this.#reader.read(piece, this.trusted ? CLIENT_HEADER : STRANGER_HEADER);
      if (frame === undefined) return;
      const { message: unknown, attachments } = frame;
      jobs = jobsOf(unknown);
      checkVersion(unknown);
      const message = parseClientMessage(unknown);
      this.#garbage = 0;
      if (this.#client === undefined) this.#greet(message);
      else {
        const { pairing } = this.#client;
        const obey = () => this.#obey(message, attachments, pairing);
        if (jobs.length > 0) this.#inTurn(obey, jobs);
        else this.#safely(obey);
      }
    } catch (error) {
      this.#answerProblem(Problem.from(error), jobs);
    } finally {
      end();
    }
  }

  /** What is said of jobs is obeyed in the order in which it came. */
  #inTurn(work: () => void | Promise<void>, jobs: readonly string[]): void {
    const tell = (error: unknown) => this.#answerProblem(Problem.from(error), jobs);
    this.#turn = this.#turn.then(() => (this.#isClosed() ? undefined : work())).catch(tell);
  }

  /** Whatever goes wrong in `work` is told to the client, and ends there. */
  #safely(work: () => void | Promise<void>, jobs: readonly string[] = []): void {
    const tell = (error: unknown) => this.#answerProblem(Problem.from(error), jobs);
    try {
      Promise.resolve(work()).catch(tell);
    } catch (error) {
      tell(error);
    }
  }

  #answerProblem(problem: Problem, jobs: readonly string[]) {
    if (this.#state === "greeting") return this.#refuse(problem);
    for (const job of jobs.length > 0 ? jobs : [undefined])
      this.#send({ type: "rejected", ...(job !== undefined && { job }), problem: problem.toJSON() });
    if (problem.code === "internal") this.#host.onEvent({ type: "refused", problem: problem.toJSON() });
    if (problem.code === "frame-invalid" && ++this.#garbage >= GARBAGE_FRAMES) this.#close("Too many invalid messages");
  }

  #greet(message: ClientMessage): void {
    const heard = this.#greeting.hear(message);
    if ("answer" in heard) this.#send(heard.answer);
    else this.#admit(heard.client);
  }

  #admit(client: Authenticated): void {
    if (!this.#hasRoom())
      throw new Problem("queue-full", "Too many plugins are connected to this companion: close one, then try again.");
    this.#client = client;
    clearTimeout(this.#deadline);
    this.#state = "welcomed";
    this.#safely(async () => {
      if (client.jobs !== undefined) await this.#inherit(client.jobs, client.pairing);
      await this.#welcome(client);
    });
  }

  /** Jobs whose pairing is no more go to the plugin that knows them. */
  async #inherit(jobs: readonly string[], pairing: string): Promise<void> {
    const { queue, pairings } = this.#host;
    await queue.inherit(jobs, pairing, new Set(pairings.list().map(({ id }) => id)));
  }

  async #welcome({ pairing, build, proof, jobs }: Authenticated): Promise<void> {
    const { version, modelsFolder, contentFilter, models, queue, engine, onEvent } = this.#host;
    if (jobs !== undefined) onEvent({ type: "paired", build });
    onEvent({ type: "connected", build });
    const listing = this.#listModels();
    const late = "late" as const;
    const list = await Promise.race([listing, sleep(MODELS_MS, late, { ref: false })]);
    const kept = await queue.jobsOf(pairing);
    const { device, problem } = engine.state;
    this.#send({
      type: "welcome",
      protocol: PROTOCOL_VERSION,
      version,
      proof,
      ...(device !== undefined && { device }),
      modelsFolder,
      ...(list === late ? NO_MODELS : fitList(list)),
      contentFilter,
      jobs: kept,
    });
    if (this.#isClosed()) return;
    this.#unlisten.push(engine.onChange((state) => this.#send({ type: "engine", ...state })));
    this.#unlisten.push(models.onChange(() => this.#refreshModels()));
    this.#unlisten.push(this.#host.downloads.onChange(() => this.#sendDownloads()));
    const { downloads } = this.#host;
    if (downloads.recommended.length + downloads.list().length > 0) this.#sendDownloads();
    if (problem !== undefined) this.#send({ type: "engine", problem });
    if (list === late) this.#sendModels(await listing);
  }

  #obey(message: ClientMessage, attachments: ReadonlyMap<string, Uint8Array>, pairing: string): void | Promise<void> {
    if (message.type !== "submit" && message.type !== "keep" && attachments.size > 0)
      throw new Problem("frame-invalid", `Cannot use the message as "${message.type}" carries no images.`);
    switch (message.type) {
      case "hello":
      case "pairing-confirm":
      case "pairing-jobs":
        throw new Problem("frame-invalid", "Cannot use the message as the plugin has said hello before.");
      case "submit":
        return this.#jobs.submit(message, attachments, pairing);
      case "cancel":
        return this.#host.queue.cancel(message.job, pairing, { unlessRunning: message.unlessRunning === true });
      case "attach":
        return this.#jobs.watch(message.job, pairing);
      case "acknowledge":
        return this.#jobs.acknowledge(message.job, pairing);
      case "download":
        return this.#host.downloads.start({ repo: message.repo, ...(message.file && { file: message.file }) });
      case "cancel-download":
        return this.#host.downloads.cancel(message.repo);
      case "list-models":
        return this.#refreshModels();
      case "thumbnail":
        return this.#thumbnails.ask(message.id);
      case "list-history":
        return this.#history.list(message.file);
      case "keep":
        return this.#history.keep(message, attachments);
      case "kept-picture":
        return this.#history.picture(message);
      case "forget":
        return this.#history.forget(message);
    }
  }

  async #listModels(): Promise<ModelList> {
    try {
      return await this.#host.models.list();
    } catch (error) {
      return {
        models: [],
        addOns: [],
        problems: [{ name: this.#host.modelsFolder, problem: Problem.from(error).toJSON() }],
      };
    }
  }

  #refreshModels(): void {
    this.#safely(async () => this.#sendModels(await this.#listModels()));
  }

  #sendModels(list: ModelList): void {
    if (!this.#isClosed()) this.#socket.send(modelsFrame(list));
  }

  #sendDownloads(): void {
    const { downloads } = this.#host;
    this.#send({ type: "downloads", downloads: downloads.list(), recommended: downloads.recommended });
  }

  #send(message: CompanionMessage, attachments?: ReadonlyMap<string, Uint8Array>): void {
    if (!this.#isClosed()) this.#socket.send(frameParts(message, attachments));
  }

  #refuse(problem: Problem): void {
    this.#send({ type: "refused", problem: problem.toJSON() });
    this.#host.onEvent({ type: "refused", problem: problem.toJSON() });
    this.#close(problem.code);
  }

  #close(reason: string): void {
    this.#socket.close(reason);
    this.#leave();
  }

  #leave(): void {
    if (this.#isClosed()) return;
    this.#state = "closed";
    clearTimeout(this.#deadline);
    this.#thumbnails.stop();
    for (const unlisten of this.#unlisten) unlisten();
    this.#jobs.leave();
    if (this.#client !== undefined) this.#host.onEvent({ type: "left", build: this.#client.build });
  }

  /** A method, because the state changes behind an `await` that the compiler does not see. */
  #isClosed(): boolean {
    return this.#state === "closed";
  }
}

const NO_MODELS = fitList({ models: [], addOns: [], problems: [] });

const tooLate = () => new Problem("unauthorised", "The plugin did not say hello in time: restart the plugin.");
