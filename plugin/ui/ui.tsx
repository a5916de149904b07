/** The plugin's interface: mounts the app. */
import { render } from "preact";

const root = document.getElementById("app");
if (root) render(<p>Underpaint</p>, root);
