/** What the gateway's thread and the library's say to each other. */
import type { ProblemData } from "../../shared/problem.ts";
import type { LibraryOptions } from "./library.ts";
import type { LiveLibrary } from "./live-library.ts";

/** `workerData` of the library's thread. */
export interface LibrarySetup extends Pick<LibraryOptions, "folders" | "starter" | "cache"> {
  readonly hashesFile: string;
  /** Files that must not be opened again, and why, by path. */
  readonly refused: ReadonlyMap<string, ProblemData>;
}

export type LibraryList = Awaited<ReturnType<LiveLibrary["list"]>>;

export type LibraryAnswer = LibraryList | ReadonlyMap<string, string> | Uint8Array | undefined;

export type LibraryCall =
  | { readonly name: "list" }
  | { readonly name: "digests" }
  | { readonly name: "hashes"; readonly ids: readonly string[] }
  /** Of a model or an add-on. */
  | { readonly name: "thumbnail"; readonly id: string };

export type ToLibrary =
  | { readonly type: "call"; readonly id: number; readonly call: LibraryCall }
  | { readonly type: "watch"; readonly on: boolean };

export type FromLibrary =
  | { readonly type: "answer"; readonly id: number; readonly value: LibraryAnswer }
  | { readonly type: "failed"; readonly id: number; readonly problem: ProblemData }
  /** Before a file is opened. */
  | { readonly type: "opening"; readonly file: string }
  | { readonly type: "changed" };
