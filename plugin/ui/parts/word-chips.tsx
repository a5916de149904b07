import { t } from "../text/language.ts";
import { hasWords, withoutWords, withWords } from "../text/prompt-words.ts";

const MOST = 8;

/** Words that go into the prompt, and out of it again, by a click. */
export function WordChips({
  words,
  prompt,
  onChange,
}: {
  words: readonly string[];
  prompt: string;
  onChange: (prompt: string) => void;
}) {
  if (words.length === 0) return null;
  return (
    <div class="chips">
      {words.slice(0, MOST).map((word) => {
        const on = hasWords(prompt, word);
        return (
          <button
            key={word}
            type="button"
            class={`chip ${on ? "on" : ""}`}
            aria-pressed={on}
            title={on ? t.prompt.takeOut : t.prompt.putIn}
            onClick={() => onChange(on ? withoutWords(prompt, word) : withWords(prompt, word))}
          >
            {word}
          </button>
        );
      })}
    </div>
  );
}
