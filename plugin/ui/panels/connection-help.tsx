import type { ComponentChildren } from "preact";
import type { Actions } from "../actions/actions.ts";
import { CopyText } from "../parts/copy-text.tsx";
import type { Connection } from "../wires/connection.ts";
import { Pairing } from "./pairing.tsx";

/** What stands between the designer and the companion, and the one thing to do about it. */
export function ConnectionPanel({ connection, actions }: { connection: Connection; actions: Actions }) {
  const again = (
    <button type="button" class="secondary wide" onClick={actions.retryConnection}>
      Try again
    </button>
  );
  switch (connection.kind) {
    case "unpaired":
      return (
        <Pairing
          version={connection.version}
          digits={connection.codeDigits}
          problem={connection.problem ?? null}
          onPair={actions.pair}
        />
      );
    case "connecting":
    case "ready":
      return (
        <section class="centered">
          <span class="spinner" />
          <p class="secondary-text">Looking for the companion…</p>
        </section>
      );
    case "off":
    case "blocked-by-browser":
      return (
        <Message title="Start the companion">
          <p>Underpaint paints on your own computer. Open a terminal in the Underpaint folder and type:</p>
          <CopyText text="npm start" />
          <p class="waiting">
            <span class="spinner small" /> Waiting for it. This window connects by itself.
          </p>
          {connection.kind === "blocked-by-browser" && (
            <p class="hint">
              Already running? Then the browser may keep Figma from reaching it: use the Figma desktop app, or allow
              “Apps on device” for figma.com in the browser's site settings.
            </p>
          )}
        </Message>
      );
    case "blocked-by-csp":
      return (
        <Message title="Import the plugin again">
          <p>
            Figma does not let this copy of the plugin reach the companion. In Figma choose Plugins → Development →
            Import plugin from manifest…, and pick the manifest.json that the companion names when it starts.
          </p>
          {again}
        </Message>
      );
    case "wrong-app":
      return (
        <Message title="Another program is in the way">
          <p>
            Something that is not Underpaint answers on port 47821 of this computer. Quit it, then start the companion.
          </p>
          {again}
        </Message>
      );
    case "version-mismatch":
      return (
        <Message title="Plugin and companion do not match">
          <p>
            The companion is version {connection.companion}, and this plugin is {BUILD_ID}. Start the newer companion,
            and import the plugin again from its manifest.json.
          </p>
          {again}
        </Message>
      );
    case "refused":
      return (
        <Message title="The companion said no">
          <p>{connection.problem.message}</p>
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
