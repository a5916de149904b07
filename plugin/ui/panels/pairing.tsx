import { useEffect, useRef, useState } from "preact/hooks";
import type { ProblemData } from "../../../shared/problem.ts";
import { Check } from "../parts/icons.tsx";
import { t } from "../text/language.ts";
import { whyLonger } from "../text/pairing-words.ts";
import { problemInWords } from "../text/said.ts";

/** The first meeting: digits that the companion shows, typed or pasted; the last one sends them. */
export function Pairing({
  version,
  digits: length,
  invited,
  problem,
  onPair,
}: {
  version: string;
  digits: number;
  invited: boolean;
  problem: ProblemData | null;
  onPair: (code: string) => void;
}) {
  const [code, setCode] = useState("");
  const [sent, setSent] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    if (problem === null) return;
    setCode("");
    setSent(false);
    input.current?.focus();
  }, [problem]);
  const send = (digits: string) => {
    setSent(true);
    onPair(digits);
  };
  const type = (text: string) => {
    const digits = text.replace(/\D/g, "").slice(0, length);
    setCode(digits);
    if (digits.length === length && !sent) send(digits);
  };
  const longer = invited ? null : whyLonger(length);
  const cells = Array.from({ length }, (_, index) => code[index] ?? "");
  return (
    <>
      <section>
        <h1>{invited ? t.connection.connectToStudio : t.connection.connectTo}</h1>
        <p class="secondary-text">{invited ? t.connection.typeGivenDigits(length) : t.connection.typeDigits(length)}</p>
        <label class={`code ${problem ? "wrong" : ""}`}>
          <input
            ref={input}
            value={code}
            inputMode="numeric"
            autocomplete="one-time-code"
            aria-label={t.connection.codeLabel(length)}
            disabled={sent}
            onInput={(event) => type(event.currentTarget.value)}
            onPaste={(event) => {
              event.preventDefault();
              type(event.clipboardData?.getData("text") ?? "");
            }}
          />
          {cells.map((digit, index) => (
            <span key={index} class={index === code.length ? "digit next" : "digit"}>
              {digit}
            </span>
          ))}
        </label>
        {problem && (
          <p class="problem-text" role="alert">
            {problemInWords(problem).text}
          </p>
        )}
        {longer && <p class="hint longer-code">{longer}</p>}
        <button type="button" class="primary wide" disabled={code.length < length || sent} onClick={() => send(code)}>
          {sent ? t.connection.connecting : t.connection.connect}
        </button>
      </section>
      <section>
        <div class="fact">
          <span class="badge good">
            <Check />
          </span>
          <div>
            {t.connection.found}
            <small>{t.connection.foundWhere(version)}</small>
          </div>
        </div>
      </section>
    </>
  );
}
