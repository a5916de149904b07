/** The plugin's interface: builds the controller and mounts the app. */
import { render } from "preact";
import "./styles/all.css";
import { Controller } from "./actions/controller.ts";
import { App } from "./app.tsx";
import { listenForEscape } from "./parts/use-escape.ts";

const controller = new Controller(window);
listenForEscape(window);
const root = document.getElementById("app");
if (root === null) throw new Error("The page has no place for the app");
render(<App actions={controller} store={controller.store} />, root);
void controller.start();
