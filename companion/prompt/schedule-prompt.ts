/** A1111's prompt editing: words that change in the course of a picture. */

/** What the prompt says up to the evaluation `until` of the network (counted from 0, itself included). */
export interface Line {
  readonly text: string;
  readonly until: number;
}

type Node =
  | string
  | { readonly kind: "swap"; readonly before: readonly Node[]; readonly after: readonly Node[]; readonly when: string }
  | { readonly kind: "turns"; readonly options: readonly (readonly Node[])[] };

/**
 * `[from:to:0.5]` says "from" for half of `steps` and "to" afterwards (a whole number counts steps; either may be empty, and
 * `[to:5]` only adds), `[a|b]` takes turns; they nest. Brackets that are neither stay for the emphasis, and so does all of a
 * prompt with a `|` elsewhere. Neighbours are never the same Line, though they may say the same.
 *
 * Source: AUTOMATIC1111/stable-diffusion-webui, modules/prompt_parser.py, `get_learned_conditioning_prompt_schedules`.
 */
export function schedulePrompt(prompt: string, steps: number): Line[] {
  const nodes = new Parser(prompt).all();
  if (!nodes) return [{ text: prompt, until: steps }];
  const times = new Set([steps]);
  collectTimes(nodes, steps, times);
  return [...times].sort((a, b) => a - b).map((until) => ({ text: textAt(nodes, until, steps), until }));
}

function collectTimes(nodes: readonly Node[], steps: number, times: Set<number>): void {
  for (const node of nodes) {
    if (typeof node === "string") continue;
    if (node.kind === "swap" && stepOf(node.when, steps) >= 1) times.add(stepOf(node.when, steps));
    if (node.kind === "turns") for (let step = 1; step <= steps; step++) times.add(step);
    for (const part of node.kind === "swap" ? [node.before, node.after] : node.options)
      collectTimes(part, steps, times);
  }
}

function textAt(nodes: readonly Node[], step: number, steps: number): string {
  const say = (node: Node): string => {
    if (typeof node === "string") return node;
    if (node.kind === "turns") return textAt(node.options[(step - 1) % node.options.length]!, step, steps);
    return textAt(step <= stepOf(node.when, steps) ? node.before : node.after, step, steps);
  };
  return nodes.map(say).join("");
}

/** A share of the steps where it has a point. */
const stepOf = (when: string, steps: number): number =>
  Math.min(steps, Math.trunc(Number(when) * (when.includes(".") ? steps : 1)));

const WHEN = /\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*\]/iy;
const PLAIN = /(?:[^\\[\]():|]|\\.)+/y;

/** Groups deeper than this are taken as they are. */
const DEEPEST = 200;

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  /** Places of brackets that begin nothing. */
  readonly #stray = new Set<number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** undefined where the prompt is not of this language at all. */
  all(): Node[] | undefined {
    const nodes: Node[] = [];
    while (this.#at < this.#text.length) {
      nodes.push(...this.#some());
      const next = this.#text[this.#at];
      if (next !== undefined && !this.#take("[", "]", "(", ")", ":")) return undefined;
      if (next !== undefined) nodes.push(next);
    }
    return nodes;
  }

  /** What goes together up to a bracket, colon or bar that does not. */
  #some(): Node[] {
    const nodes: Node[] = [];
    for (;;) {
      const found = this.#match(PLAIN)?.[0] ?? this.#group();
      if (found === undefined) return nodes;
      nodes.push(...(typeof found === "string" ? [found] : found));
    }
  }

  #group(): Node[] | undefined {
    const start = this.#at;
    if (this.#stray.has(start) || this.#depth === DEEPEST) return undefined;
    this.#depth++;
    const nodes = this.#take("[") ? this.#square() : this.#take("(") ? this.#round() : undefined;
    this.#depth--;
    if (!nodes) {
      this.#stray.add(start);
      this.#at = start;
    }
    return nodes;
  }

  #round(): Node[] | undefined {
    const first = this.#some();
    if (this.#take(")")) return ["(", ...first, ")"];
    if (!this.#take(":")) return undefined;
    const second = this.#some();
    return this.#take(")") ? ["(", ...first, ":", ...second, ")"] : undefined;
  }

  #square(): Node[] | undefined {
    const first = this.#some();
    if (this.#take("]")) return ["[", ...first, "]"];
    if (this.#text[this.#at] === "|") return this.#turns(first);
    if (!this.#take(":")) return undefined;
    const added = this.#match(WHEN)?.[1];
    if (added !== undefined) return [{ kind: "swap", before: [], after: first, when: added }];
    const second = this.#some();
    const when = this.#take(":") ? this.#match(WHEN)?.[1] : undefined;
    return when === undefined ? undefined : [{ kind: "swap", before: first, after: second, when }];
  }

  #turns(first: Node[]): Node[] | undefined {
    const options = [first];
    while (this.#take("|")) options.push(this.#some());
    return this.#take("]") ? [{ kind: "turns", options }] : undefined;
  }

  #take(...chars: readonly string[]): boolean {
    const isHere = chars.includes(this.#text[this.#at] ?? "");
    if (isHere) this.#at++;
    return isHere;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at = pattern.lastIndex;
    return match ?? undefined;
  }
}
