import type { ComponentChildren } from "preact";
import type { Actions } from "../actions/actions.ts";
import { CopyText } from "../parts/copy-text.tsx";
import { ProblemText } from "../parts/problem-text.tsx";
import { t } from "../text/language.ts";
import type { Connection } from "../wires/connection.ts";
import { Pairing } from "./pairing.tsx";

/** What stands between the designer and the companion, and the one thing to do about it. */
export function ConnectionPanel({ connection, actions }: { connection: Connection; actions: Actions }) {
  const again = (
    <button type="button" class="secondary wide" onClick={actions.retryConnection}>
      {t.common.tryAgain}
    </button>
  );
  switch (connection.kind) {
    case "unpaired":
      return (
        <Pairing
          version={connection.version}
          digits={connection.codeDigits}
          invited={connection.invited === true}
          problem={connection.problem ?? null}
          onPair={actions.pair}
        />
      );
    case "connecting":
    case "ready":
      return (
        <section class="centered">
          <span class="spinner" />
          <p class="secondary-text">{t.connection.looking}</p>
        </section>
      );
    case "off":
    case "blocked-by-browser":
      return (
        <Message title={t.connection.start}>
          <p>{t.connection.startHow}</p>
          <CopyText text="npm start" />
          <p class="waiting">
            <span class="spinner small" /> {t.connection.waiting}
          </p>
          {connection.kind === "blocked-by-browser" && <p class="hint">{t.connection.blockedByBrowser}</p>}
        </Message>
      );
    case "blocked-by-csp":
      return (
        <Message title={t.connection.importAgain}>
          <p>{t.connection.importHow}</p>
          {again}
        </Message>
      );
    case "wrong-app":
      return (
        <Message title={t.connection.inTheWay}>
          <p>{t.connection.inTheWayHow}</p>
          {again}
        </Message>
      );
    case "version-mismatch":
      return (
        <Message title={t.connection.mismatch}>
          <p>{t.connection.mismatchHow(connection.companion, BUILD_ID)}</p>
          {again}
        </Message>
      );
    case "refused":
      return (
        <Message title={t.connection.refused}>
          <div>
            <ProblemText problem={connection.problem} />
          </div>
          {again}
        </Message>
      );
  }
}

function Message({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="message">
      <h1>{title}</h1>
      {children}
    </section>
  );
}
