/**
 * The terminal as a designer sees it: lines that scroll, and below them one line that stays (the pairing code). Where the
 * output is no terminal, the line that stays is printed each time it changes.
 */
export interface TerminalOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

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
    this.#out.write(`${text}\n`);
    this.#draw();
  }

  /** "" removes it. */
  setFooter(text: string): void {
    if (text === this.#footer) return;
    if (this.#out.isTTY !== true) {
      this.#footer = text;
      if (text !== "") this.#out.write(`${text}\n`);
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
    return this.#colors ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  }

  #clear(): void {
    if (this.#out.isTTY === true && this.#footer !== "") this.#out.write("\r\x1b[2K");
  }

  #draw(): void {
    if (this.#out.isTTY === true && this.#footer !== "") this.#out.write(this.#footer);
  }
}
