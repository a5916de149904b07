import { useState } from "preact/hooks";
import { t } from "../text/language.ts";

/** A short text to copy, such as a command or a path. */
export function CopyText({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div class="copy">
      <code>{text}</code>
      <button
        type="button"
        class="link"
        onClick={() => {
          copy(text);
          setCopied(true);
          setTimeout(() => setCopied(false), 1500);
        }}
      >
        {copied ? t.common.copied : t.common.copy}
      </button>
    </div>
  );
}

/** The plugin's frame is not a secure context and has no clipboard of its own: the old way still works. The focus stays where it was. */
function copy(text: string): void {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "off-screen";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
}
