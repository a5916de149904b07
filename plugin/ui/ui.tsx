/** The plugin's interface: builds the studio and mounts the app. */
import { render } from "preact";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/panels.css";
import { Studio } from "./actions/studio.ts";
import { App } from "./app.tsx";
import { listenForEscape } from "./parts/use-escape.ts";

const studio = new Studio(window);
listenForEscape(window);
const root = document.getElementById("app");
if (root === null) throw new Error("The page has no place for the app");
render(<App studio={studio} />, root);
void studio.start();
