/**
 * The wire between plugin and companion: one WebSocket at ws://localhost:47821/v1, subprotocol "underpaint.v1", binary
 * frames only.
 *
 * A frame is: 4 bytes little-endian length of the header, the header (JSON, UTF-8), then the attachments' raw bytes one
 * after the other. The header is `{ message, attachments: [[name, byteLength], …] }`; trailing bytes are an error. The companion
 * sends a frame as one WebSocket message. The plugin sends it in pieces, each a message of exactly `PIECE_BYTES`, until one is
 * shorter, which ends it: whoever takes in the frames of many plugins has no long message to unmask and to copy at once.
 *
 * The companion opens with `challenge`, the plugin answers with `hello` within 3 seconds. A plugin that is paired proves in it
 * that it knows the token, without sending it (pairing.ts); the companion answers with `welcome`, which proves in turn that
 * it knows the token too, or with `refused` and closes. A plugin that pairs sends the share of a key exchange over the six
 * digits that the companion shows; `pairing-share`, `pairing-confirm` (the plugin's first, then the companion's) and
 * `pairing-jobs` follow, and then the same `welcome`. Pairing id and token come out of the exchange on both sides.
 *
 * Until `welcome` is proven neither side believes the other: no image leaves the plugin, and nothing that it keeps changes.
 * After it both sides speak freely; every message about a job names it by the id that the
 * plugin chose (32 hexadecimal digits), so that a plugin that was closed can come back and ask with `attach`.
 *
 * The version below counts what is said. Path, subprotocol, frames of less than `PIECE_BYTES`, `challenge`, `protocol` in `hello`, `refused` and
 * `GET /health` stay as they are in every version, so that two of different age can say so.
 */
import type { AttachmentInfo, Progress, Result, Task } from "./job.ts";
import type { AskKept, Forget, HistoryMessage, Keep, Kept, KeptPictureMessage, ListHistory } from "./kept-pictures.ts";
import type { AddOnInfo, DeviceInfo, DownloadInfo, ModelInfo, ModelProblem, RecommendedModel } from "./model-info.ts";
import type { ProblemData } from "./problem.ts";

export type * from "./kept-pictures.ts";
export type * from "./model-info.ts";

export const PROTOCOL_VERSION = 9;
export const PORT = 47821;
export const PATH = "/v1";
export const SUBPROTOCOL = "underpaint.v1";
/** One frame, header and attachments together, in bytes. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;
/** One WebSocket message of the plugin. A header that the companion reads is shorter. */
export const PIECE_BYTES = 1024 * 1024;
/** The longer side of a thumbnail, pixels. */
export const THUMBNAIL_SIDE = 192;

// ---- plugin → companion -------------------------------------------------------------------------------------------

export interface Hello {
  readonly type: "hello";
  readonly protocol: number;
  /** The plugin's build id, shown in logs. */
  readonly build: string;
  /** 32 random bytes, hexadecimal. */
  readonly nonce: string;
  /** To pair: the share of the key exchange, hexadecimal. */
  readonly share?: string;
  /** Later: which pairing, and the proof (hexadecimal). */
  readonly pairing?: string;
  readonly proof?: string;
}
/** Shows that the plugin knows the code. A wrong one counts as a guess. */
export interface PairingConfirm {
  readonly type: "pairing-confirm";
  readonly confirmation: string;
}
/**
 * After the companion has confirmed: jobs that the plugin sent under a pairing that is no more. It gets them back: their ids
 * are random, so who knows one has chosen it.
 */
export interface PairingJobs {
  readonly type: "pairing-jobs";
  readonly jobs: readonly string[];
}

/** One image of a task, by what its bytes hash to. */
export interface ImageHash {
  /** As the task calls it. */
  readonly name: string;
  /** Of its bytes, hexadecimal. */
  readonly sha256: string;
}
/**
 * One task, once or with several seeds, each a job of its own. Attachments: of its images those that the companion is not known
 * to have from jobs of this pairing that it still keeps. Where it lacks others all the same, nothing is stored and `missing`
 * tells which.
 */
export interface Submit {
  readonly type: "submit";
  readonly task: Task;
  /** `seed` in place of the task's own. */
  readonly jobs: readonly { readonly job: string; readonly seed?: number }[];
  /** All that the task names. */
  readonly images: readonly ImageHash[];
  /** True where nobody waits before the screen for these: they are a part of a long run, and let others pass. */
  readonly batch?: boolean;
  /** True where the results are of use only to this connection, and only now: the jobs end with it, and nothing of them is kept. */
  readonly fleeting?: boolean;
}
export interface Cancel {
  readonly type: "cancel";
  readonly job: string;
  /** True where it is to go on if it runs already: something newer takes its place in the queue alone. */
  readonly unlessRunning?: boolean;
}
/** Send me this job's events from now on; a result that is ready comes at once. */
export interface Attach {
  readonly type: "attach";
  readonly job: string;
}
/** The job's end (done, failed or cancelled) has arrived and is safe: the companion may forget it. */
export interface Acknowledge {
  readonly type: "acknowledge";
  readonly job: string;
}
/** Ask for a fresh `models`. */
export interface ListModels {
  readonly type: "list-models";
}
/** Ask for the picture that lies beside a model or an add-on. */
export interface AskThumbnail {
  readonly type: "thumbnail";
  /** Of a `ModelInfo` or an `AddOnInfo` whose `thumbnail` is true. */
  readonly id: string;
}
/** Bring a model into the models folder, in half precision where the repository has it. `downloads` tells how it goes. */
export interface Download {
  readonly type: "download";
  /** "owner/name". */
  readonly repo: string;
  /** One file of it. Absent: what is needed to draw, and of a recommended repository what is recommended. */
  readonly file?: string;
}
/** Also takes a failed download off the list. */
export interface CancelDownload {
  readonly type: "cancel-download";
  readonly repo: string;
}
export type ClientMessage =
  | Hello
  | PairingConfirm
  | PairingJobs
  | Submit
  | Cancel
  | Attach
  | Acknowledge
  | ListModels
  | AskThumbnail
  | Download
  | CancelDownload
  | ListHistory
  | Keep
  | AskKept
  | Forget;

// ---- companion → plugin -------------------------------------------------------------------------------------------

export interface Challenge {
  readonly type: "challenge";
  readonly protocol: number;
  /** 32 random bytes, hexadecimal. */
  readonly nonce: string;
}
/** The companion's share of the key exchange, hexadecimal. Its `pairing-confirm` has the form of the plugin's. */
export interface PairingShare {
  readonly type: "pairing-share";
  readonly share: string;
}

export interface Welcome {
  readonly type: "welcome";
  readonly protocol: number;
  readonly version: string;
  readonly proof: string;
  /** Absent while the engine is still starting; `engine` follows. */
  readonly device?: DeviceInfo;
  readonly modelsFolder: string;
  readonly models: readonly ModelInfo[];
  readonly addOns: readonly AddOnInfo[];
  readonly modelProblems: readonly ModelProblem[];
  /** "enforced": every picture passes its model's content filter. "off": those do that ask for it (`contentFilter`). */
  readonly contentFilter: "off" | "enforced";
  /** Jobs of this pairing that are not finished, or whose end was not acknowledged. */
  readonly jobs: readonly string[];
}
/** The companion will not talk to this plugin; it closes after this. */
export interface Refused {
  readonly type: "refused";
  readonly problem: ProblemData;
}
export interface Models {
  readonly type: "models";
  readonly models: readonly ModelInfo[];
  readonly addOns: readonly AddOnInfo[];
  readonly modelProblems: readonly ModelProblem[];
}
/**
 * Attachment "image": a PNG or JPEG of at most `THUMBNAIL_SIDE` pixels on its longer side; none where there is no picture
 * that can be read. Answered in the order of asking.
 */
export interface Thumbnail {
  readonly type: "thumbnail";
  readonly id: string;
}
/** All downloads; one that is done is gone from here, and is a model. Sent after `welcome` and on every change. */
export interface DownloadsMessage {
  readonly type: "downloads";
  readonly downloads: readonly DownloadInfo[];
  readonly recommended: readonly RecommendedModel[];
}
export interface Engine {
  readonly type: "engine";
  readonly device?: DeviceInfo;
  readonly problem?: ProblemData;
}

/** The job is stored durably. `ahead` = jobs that run before it; sent again when that changes. */
export interface Queued {
  readonly type: "queued";
  readonly job: string;
  readonly ahead: number;
}
/** Nothing of the submit was stored: send it again with these images, by their names in the task. */
export interface Missing {
  readonly type: "missing";
  readonly jobs: readonly string[];
  readonly images: readonly string[];
}
/** At most 10 a second. Attachment "preview" where there is one: a small PNG of the latent. */
export interface ProgressMessage extends Omit<Progress, "preview"> {
  readonly type: "progress";
  readonly job: string;
}
/** The result's attachments travel as the frame's, by their names. */
export interface Done {
  readonly type: "done";
  readonly job: string;
  /** With every default filled in, for the recipe. */
  readonly task: Task;
  readonly result: Result<AttachmentInfo>;
}
export interface Failed {
  readonly type: "failed";
  readonly job: string;
  readonly problem: ProblemData;
}
export interface Cancelled {
  readonly type: "cancelled";
  readonly job: string;
}
/** A message of the plugin was refused; the connection stays open. */
export interface Rejected {
  readonly type: "rejected";
  /** The job that the message was about, where it named one. */
  readonly job?: string;
  readonly problem: ProblemData;
}
export type CompanionMessage =
  | Challenge
  | PairingShare
  | PairingConfirm
  | Welcome
  | Refused
  | Models
  | Thumbnail
  | DownloadsMessage
  | Engine
  | Queued
  | Missing
  | ProgressMessage
  | Done
  | Failed
  | Cancelled
  | Rejected
  | HistoryMessage
  | Kept
  | KeptPictureMessage;

/** A message with the raw bytes that belong to it, by name. */
export interface Envelope<M> {
  readonly message: M;
  readonly attachments: ReadonlyMap<string, Uint8Array>;
}
