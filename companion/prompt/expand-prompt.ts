/** A LoRA named in a prompt: `<lora:name:0.8>`, or with a weight for the text encoder first: `<lora:name:0.5:0.8>`. */
export interface LoraTag {
  readonly name: string;
  readonly weight: number;
  /** Where it differs. */
  readonly textEncoderWeight?: number;
}

export interface ExpandedPrompt {
  readonly text: string;
  readonly loras: readonly LoraTag[];
}

/**
 * What a prompt says before its emphasis is read: `# comments` go, `{red|green|blue}` becomes one of its alternatives,
 * chosen by the seed (they nest, and `\{` is a plain brace), and `<lora:name:weight>` tags are taken out into a list
 * (weight 1 where none is given).
 * Source of the tags' order: stable-diffusion-webui, extensions-builtin/Lora/extra_networks_lora.py.
 */
export function expandPrompt(prompt: string, seed: number): ExpandedPrompt {
  const loras: LoraTag[] = [];
  const text = chooseAlternatives(stripComments(prompt), seed).replace(
    /<lora:([^:<>]+)(?::([+-]?\d*\.?\d+))?(?::([+-]?\d*\.?\d+))?>/gi,
    (_tag, name: string, first: string | undefined, second: string | undefined) => {
      const text = first === undefined ? 1 : Number(first);
      const weight = second === undefined ? text : Number(second);
      loras.push({ name: name.trim(), weight, ...(weight !== text && { textEncoderWeight: text }) });
      return "";
    },
  );
  return { text, loras };
}

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
