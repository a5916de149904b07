/** A log on disk that never grows beyond its files: the newest is NAME.log, older ones NAME.1.log and so on. */
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { visible } from "../library/plain-text.ts";

export interface LogFileOptions {
  /** Of one file, bytes. */
  readonly bytes?: number;
  /** How many there are at most. */
  readonly files?: number;
  /** Told once, where the log can't be written; it is silent from then on, because nothing else depends on it. */
  readonly onEnd?: (reason: string) => void;
}

/** Lines with their time. Others on this machine cannot read it. */
export class LogFile {
  readonly #folder: string;
  readonly #name: string;
  readonly #options: Required<LogFileOptions>;
  #size = 0;
  #ended = false;

  constructor(folder: string, name: string, { bytes = 2 ** 20, files = 5, onEnd = () => {} }: LogFileOptions = {}) {
    this.#folder = folder;
    this.#name = name;
    this.#options = { bytes, files, onEnd };
    this.#attempt(() => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#size = statSync(this.#file(0), { throwIfNoEntry: false })?.size ?? 0;
    });
  }

  /** Lines that hold nothing that a terminal obeys, whatever `text` quotes. */
  write(text: string): void {
    const line = `${new Date().toISOString()} ${visible(text)}\n`;
    this.#attempt(() => {
      if (this.#size > 0 && this.#size + Buffer.byteLength(line) > this.#options.bytes) this.#rotate();
      appendFileSync(this.#file(0), line, { mode: 0o600 });
      this.#size += Buffer.byteLength(line);
    });
  }

  #file(age: number): string {
    return path.join(this.#folder, age === 0 ? `${this.#name}.log` : `${this.#name}.${age}.log`);
  }

  #rotate(): void {
    const oldest = this.#options.files - 1;
    rmSync(this.#file(oldest), { force: true });
    for (let age = oldest - 1; age >= 0; age--)
      if (statSync(this.#file(age), { throwIfNoEntry: false })) renameSync(this.#file(age), this.#file(age + 1));
    this.#size = 0;
  }

  #attempt(action: () => void): void {
    if (this.#ended) return;
    try {
      action();
    } catch (error) {
      this.#ended = true;
      this.#options.onEnd(`The log in ${this.#folder} can't be written (${(error as NodeJS.ErrnoException).code}).`);
    }
  }
}
