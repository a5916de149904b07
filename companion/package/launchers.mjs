/** What a person double-clicks, and what to read first, as [name in the folder, text]. */
import { nodeIn } from "./systems.mjs";

const unix = (system) => `#!/bin/sh
# Starts Underpaint's companion. Closing this window stops it.
cd "$(dirname "$0")" || exit 1
exec "./${nodeIn(system)}" app/dist/companion/main.js "\${@:-start}"
`;

const windows = (system) => `@echo off\r
rem Starts Underpaint's companion. Closing this window stops it.\r
cd /d "%~dp0"\r
if "%~1"=="" ("${nodeIn(system).replaceAll("/", "\\")}" app\\dist\\companion\\main.js start) else ("${nodeIn(system).replaceAll("/", "\\")}" app\\dist\\companion\\main.js %*)\r
if errorlevel 1 pause\r
`;

const LAUNCHERS = {
  linux: { name: "underpaint.sh", text: unix },
  darwin: { name: "Underpaint.command", text: unix },
  win32: { name: "Underpaint.cmd", text: windows },
};

const FIRST_TIME = {
  linux: "Your file manager may ask whether to run it: choose “Run in Terminal”.",
  darwin: "The first time, right-click it and choose Open: the program is not signed.",
  win32:
    "If Windows warns about an unknown publisher, choose “More info”, then “Run anyway”: the program is not signed.",
};

export const launcherOf = ({ os }) => LAUNCHERS[os].name;

/** The launcher and README.txt. */
export function launchers(system, version) {
  const { name, text } = LAUNCHERS[system.os];
  const readme = `Underpaint ${version}: generative fill for Figma that runs on your own computer

1. Double-click “${name}”. ${FIRST_TIME[system.os]}
   A window opens with six digits, and the playground opens in your browser. Leave the window open.
2. In Figma: Menu, Plugins, Development, Import plugin from manifest…, and choose app/manifest.json in this folder.
3. Select something, run Underpaint, type the six digits. Once.

Put models (.safetensors files or diffusers folders) into the folder that the window names.
Nothing is installed: to remove Underpaint, delete this folder, and “.underpaint” in your home folder.
Licences of what is inside: app/LICENSE, app/licences.txt, node/LICENSE. Pictures are decoded by libvips, which is under the
GNU Lesser General Public License: app/licences.txt has its text, and says where its source is and how to replace it.
`;
  return [
    [name, text(system)],
    ["README.txt", system.os === "win32" ? readme.replaceAll("\n", "\r\n") : readme],
  ];
}
