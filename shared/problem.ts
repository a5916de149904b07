/**
 * Everything that can go wrong, as the designer reads it.
 *
 * A Problem has a stable code (for programs and tests) and one plain sentence that says what happened and what to do.
 * The sentence reaches the designer unchanged. Every code is listed here, with its meaning; a new kind of failure gets a
 * new line in this table, never an ad-hoc Error.
 */
export const PROBLEM_CODES = {
  internal: "A defect of Underpaint itself.",
  "request-invalid": "A field of the request is missing, of the wrong type or out of range.",
  "image-not-readable": "An image of the request is not a PNG, JPEG or WebP that can be decoded.",
  "image-too-large": "An image has more pixels than the limit.",
  "mask-empty": "The mask selects nothing.",
  "ground-not-plain": "There is no plain background to be removed, or nothing before it.",
  "mask-size": "Mask and image differ in size.",
  "prompt-too-long": "The prompt has more characters than the limit.",
  "model-not-found": "No model of that name or path.",
  "licence-unknown": "The model's licence has to be known before a picture is made.",
  "models-unread": "Files of the models folders are still being read.",
  "model-unsupported": "The file is understood, but is not a model that this version can run.",
  "file-not-safetensors": "The file is not safetensors (a pickle, a zip, something else).",
  "file-unreadable": "The file exists but cannot be read (permissions, a broken disk).",
  "file-truncated": "The file is shorter than its header says.",
  "file-header-invalid": "The safetensors header is not valid, or its offsets lie.",
  "file-outside-models": "The path leaves the models folders.",
  "file-changed": "The file changed while it was open.",
  "weights-missing": "A tensor that the network needs is not in the file.",
  "weights-shape": "A tensor has another shape than the network needs.",
  "weights-leftover": "The file holds tensors that the network does not use.",
  "weights-not-finite": "The weights hold NaN or infinities, or give them.",
  "config-invalid": "A config.json names something that this version does not support.",
  "adapter-mismatch": "The adapter belongs to another model family.",
  "scheduler-unsupported": "A scheduler setting that this version does not support.",
  "provider-unavailable": "The graphics backend that was asked for is not available.",
  "content-filtered": "The content filter withheld the picture.",
  "out-of-memory": "The picture does not fit into memory.",
  "disk-full": "No space left on the disk.",
  "engine-crashed": "The process that runs the model ended unexpectedly.",
  "engine-frozen": "The process that runs the model does not answer.",
  "download-refused": "The repository is not there, is not open, or has nothing that can be used.",
  "download-failed": "A download broke off, or what arrived is damaged.",
  "queue-full": "Too many jobs are waiting.",
  "gateway-unreachable": "The gateway of a studio cannot be reached, or cannot be trusted.",
  "no-worker": "No worker of the studio runs.",
  "queue-unreachable": "The queue between machines cannot be reached, or lets us not in.",
  "job-unknown": "No job with that id.",
  "result-expired": "A finished picture was never fetched, and was removed to make room.",
  "data-in-use": "Another companion uses the same data folder.",
  "data-damaged": "A file of the data folder can't be read.",
  "data-newer": "A file of the data folder was written by a newer version.",
  "data-not-writable": "A file of the data folder can't be written (permissions, a broken disk).",
  "protocol-version": "Plugin and companion are of different versions.",
  "frame-invalid": "A message could not be understood.",
  "frame-too-large": "A message is larger than the limit.",
  unauthorised: "The pairing token is wrong or was revoked.",
  "pairing-code-wrong": "The pairing code is wrong, used up or expired.",
  "port-taken": "Another program uses the companion's port.",
  "target-gone": "The layer was deleted while the job ran.",
  "target-changed": "The layer was moved or edited while the job ran.",
  "target-unsupported": "Nothing can be placed there.",
  "selection-unsupported": "The selection is not something that can be generated into.",
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;

/** The form in which a Problem crosses processes and wires. */
export interface ProblemData {
  readonly code: ProblemCode;
  /** One plain sentence: what happened and what to do. */
  readonly message: string;
}

/** Characters. Longer ones quote what a file or a program says. */
const MAX_MESSAGE = 1000;

/** One line, whatever names of files and tensors are quoted in it. */
function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
}

/** An error that a person can act on. `message` is shown to the designer unchanged. */
export class Problem extends Error {
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string, options?: { cause?: unknown }) {
    super(oneLine(message), options);
    this.name = "Problem";
    this.code = code;
  }

  toJSON(): ProblemData {
    return { code: this.code, message: this.message };
  }

  /**
   * Any thrown value as a Problem: Problems unchanged, memory that JavaScript did not get as "out-of-memory", everything else
   * as "internal" with its own message.
   */
  static from(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof RangeError && /allocation failed/i.test(text))
      return new Problem(
        "out-of-memory",
        "The picture does not fit into memory: choose a smaller size or a smaller model, or close other programs.",
        { cause: error },
      );
    return new Problem("internal", `Something went wrong inside Underpaint: ${text}`, { cause: error });
  }
}
