import { visibleLines } from "../library/plain-text.ts";

/**
 * The terminal as a designer sees it: lines that scroll, and below them one line that stays (the pairing code). Where the
 * output is no terminal, the line that stays is printed each time it changes.
 */
export interface TerminalOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** ECMA-48 codes of the colours, on their way to the output: each a character of the private use area. */
const FIRST_MARK = 0xe000;
const mark = (code: number) => String.fromCharCode(FIRST_MARK + code);
const codeOf = (marked: string) => marked.charCodeAt(0) - FIRST_MARK;
const MARK = new RegExp(`([${[1, 2, 22, 31, 32, 33, 36, 39].map(mark).join("")}])`);

/** `Terminal` prints nothing of what it is given but visible text, line ends, and the colours of its own methods. */
export class Terminal {
  readonly #out: TerminalOutput;
  readonly #colors: boolean;
  #footer = "";

  constructor(out: TerminalOutput = process.stdout, env = process.env) {
    this.#out = out;
    this.#colors = out.isTTY === true && env.NO_COLOR === undefined && env.TERM !== "dumb";
  }

  print(text = ""): void {
    this.#clear();
    this.#out.write(`${this.#rendered(text)}\n`);
    this.#draw();
  }

  /** "" removes it. */
  setFooter(text: string): void {
    if (text === this.#footer) return;
    if (this.#out.isTTY !== true) {
      this.#footer = text;
      if (text !== "") this.#out.write(`${this.#rendered(text)}\n`);
      return;
    }
    this.#clear();
    this.#footer = text;
    this.#draw();
  }

  bold = (text: string) => this.#paint(1, 22, text);
  dim = (text: string) => this.#paint(2, 22, text);
  green = (text: string) => this.#paint(32, 39, text);
  yellow = (text: string) => this.#paint(33, 39, text);
  red = (text: string) => this.#paint(31, 39, text);
  cyan = (text: string) => this.#paint(36, 39, text);

  #paint(on: number, off: number, text: string): string {
    return `${mark(on)}${text}${mark(off)}`;
  }

  /** What a terminal obeys is left of the marks alone; the rest is text, whoever wrote it. */
  #rendered(text: string): string {
    return text
      .split(MARK)
      .map((piece, i) => (i % 2 === 0 ? visibleLines(piece) : this.#colors ? `\x1b[${codeOf(piece)}m` : ""))
      .join("");
  }

  #clear(): void {
    if (this.#out.isTTY === true && this.#footer !== "") this.#out.write("\r\x1b[2K");
  }

  #draw(): void {
    if (this.#out.isTTY === true && this.#footer !== "") this.#out.write(this.#rendered(this.#footer));
  }
}
