/** `figma.notify`'s messages, above the toolbar. */
import type { PluginHost } from "./plugin-host.ts";

export function Notices({ host }: { readonly host: PluginHost }) {
  return (
    <div class="notices" role="status">
      {host.notices.map(({ number, message, error, button, onDequeue }) => (
        <div key={number} class={error ? "notice error" : "notice"}>
          {message}
          {button !== undefined && (
            <button
              type="button"
              onClick={() => {
                button.press();
                onDequeue("action_button_click");
              }}
            >
              {button.text}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
