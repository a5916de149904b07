import { type LoraTag, takeLoraTags } from "../../shared/lora-tags.ts";
import { Problem } from "../../shared/problem.ts";

export interface ExpandedPrompt {
  readonly text: string;
  readonly loras: readonly LoraTag[];
}

/**
 * What a prompt says before its emphasis is read: `# comments` go, `{red|green|blue}` becomes one of its alternatives,
 * chosen by the seed (they nest, and `\{` is a plain brace), and `<lora:name:weight>` tags are taken out into a list.
 * Throws Problem "request-invalid" for other tags, and for what is no number.
 */
export function expandPrompt(prompt: string, seed: number): ExpandedPrompt {
  return takeLoraTags(chooseAlternatives(stripComments(prompt), seed), (tag, why) => {
    throw unusable(tag, why);
  });
}

const unusable = (tag: string, why: string) =>
  new Problem(
    "request-invalid",
    `Cannot use "${tag.slice(0, 100)}" in the prompt as ${why}: correct it or take it out.`,
  );

/**
 * A `#` comments out the rest of its line; unlike in the original not where a colour stands there, as in `#ff8800`.
 * Source: stable-diffusion-webui, modules/processing_scripts/comments.py.
 */
function stripComments(prompt: string): string {
  return prompt
    .replace(/(^|\n)#(?!(?:[0-9a-f]{3,4}){1,2}\b)[^\n]*(\n|$)/gi, "\n")
    .replace(/#(?!(?:[0-9a-f]{3,4}){1,2}\b)[^\n]*(\n|$)/gi, "\n")
    .replace(/^\n|\n$/g, "");
}

function chooseAlternatives(prompt: string, seed: number): string {
  const next = mulberry32(seed);
  const innermost = /(?<!\\)\{([^{}]*)(?<!\\)\}/;
  let text = prompt.replace(/\\([{}|])/g, (_whole, char: string) => ESCAPED[char]!);
  for (let match = innermost.exec(text); match; match = innermost.exec(text)) {
    const options = match[1]!.split("|");
    text =
      text.slice(0, match.index) +
      options[Math.floor(next() * options.length)] +
      text.slice(match.index + match[0].length);
  }
  return text.replace(/[\ue000-\ue002]/g, (char) => PLAIN[char]!);
}

/** Escaped braces pass through the choice as private-use characters. */
const ESCAPED: Record<string, string> = { "{": "\ue000", "|": "\ue001", "}": "\ue002" };
const PLAIN: Record<string, string> = { "\ue000": "{", "\ue001": "|", "\ue002": "}" };

/** Uniform in 0 … 1 (Tommy Ettinger's mulberry32, public domain): small, and the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
