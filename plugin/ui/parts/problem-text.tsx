import type { ProblemData } from "../../../shared/problem.ts";
import { t } from "../text/language.ts";
import { problemInWords, type Said } from "../text/said.ts";

/** A Problem in plain words, and what exactly was said one click deeper. */
export const ProblemText = ({ problem }: { problem: ProblemData }) => <SaidText said={problemInWords(problem)} />;

export function SaidText({ said: { text, detail } }: { said: Said }) {
  return (
    <>
      {text}
      {detail !== undefined && (
        <details class="cause">
          <summary>{t.common.details}</summary>
          {detail}
        </details>
      )}
    </>
  );
}
