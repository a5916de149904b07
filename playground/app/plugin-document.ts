/** The plugin's HTML as Figma serves it into the inner iframe: policy, theme variables and theme class added. */
import figmaStyle from "text:figma-style";
import { contentSecurityPolicy, type NetworkAccess } from "../host/network-access.ts";
import type { Theme } from "./editor.ts";

export interface DocumentOptions {
  readonly networkAccess: NetworkAccess | undefined;
  /** Set where the plugin asked for theme colours. */
  readonly theme: Theme | undefined;
}

/** Follows the editor's theme; the message never reaches the plugin. */
const FOLLOW = `addEventListener("message",(e)=>{if(e.source===parent&&e.data&&e.data.figmaTheme){e.stopImmediatePropagation();document.documentElement.classList.remove("figma-light","figma-dark");document.documentElement.classList.add("figma-"+e.data.figmaTheme)}})`;

export function pluginDocument(html: string, { networkAccess, theme }: DocumentOptions): string {
  const policy = contentSecurityPolicy(networkAccess);
  const meta = policy === null ? "" : `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  const themed =
    theme === undefined
      ? ""
      : `<style id="figma-style">${figmaStyle}</style><script>document.documentElement.classList.add("figma-${theme}");${FOLLOW}</script>`;
  const head = `<head>${meta}${themed}`;
  return /<head>/i.test(html) ? html.replace(/<head>/i, () => head) : `${head}</head>${html}`;
}
