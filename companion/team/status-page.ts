/** The page that shows people, workers, queue and models: HTML without scripts, in both themes. */
import type { Overview } from "./overview.ts";

const STYLE = `
:root { color-scheme: light dark; --text: #1e1e1e; --dim: #6b6b6b; --line: #e3e3e3; --back: #fff; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #f0f0f0; --dim: #a8a8a8; --line: #444; --back: #2c2c2c; --bad: #ff8a80; } }
body { font: 14px/1.5 Inter, system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 860px; margin: 32px auto; padding: 0 20px; }
h1 { font-size: 18px; margin: 0 0 4px; } h2 { font-size: 14px; margin: 32px 0 8px; } p { color: var(--dim); margin: 0; }
table { width: 100%; border-collapse: collapse; } th { text-align: left; font-weight: 500; color: var(--dim); }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } .bad { color: var(--bad); }
`;

type Cell = string | number;

export function statusPage({ people, workers, models }: Overview, version: string): string {
  const waiting = people.reduce((sum, { interactive, batch }) => sum + interactive + batch, 0);
  const running = people.reduce((sum, person) => sum + person.running, 0);
  const state =
    workers.length === 0 ? '<p class="bad">No worker is running: pictures wait until somebody starts one.</p>' : "";
  const body = [
    `<h1>Underpaint</h1><p>Version ${escaped(version)}. ${counted(running, "picture")} in work, ${waiting} waiting. Reload for the newest.</p>${state}`,
    section(
      "People",
      ["Name", "In work", "Waiting", "In long runs"],
      people.map(({ name, running, interactive, batch }) => [name, running, interactive, batch]),
      "Nobody is paired yet: “underpaint people add NAME” asks a person in.",
    ),
    section(
      "Workers",
      ["Name", "Makes pictures on", "State", "Models", "Pictures made"],
      workers.map(({ card }) => [
        card.name,
        card.device?.name ?? "",
        card.problem !== undefined ? card.problem.message : card.busy ? "makes a picture" : "waits for one",
        card.models.length,
        card.done,
      ]),
      "None.",
    ),
    section(
      "Models",
      ["Name", "Family", "On"],
      models.map(({ name, family, workers }) => [name, family, workers.join(", ")]),
      "None.",
    ),
  ];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Underpaint: the studio</title><meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>${body.join("")}</body></html>\n`;
}

function section(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[], none: string): string {
  if (rows.length === 0) return `<h2>${title}</h2><p>${escaped(none)}</p>`;
  const isNumber = (column: number) => typeof rows[0]?.[column] === "number";
  const cell = (tag: "th" | "td", value: Cell, column: number) =>
    `<${tag}${tag === "th" ? ' scope="col"' : ""}${isNumber(column) ? ' class="n"' : ""}>${escaped(String(value))}</${tag}>`;
  const line = (tag: "th" | "td", values: readonly Cell[]) =>
    `<tr>${values.map((value, column) => cell(tag, value, column)).join("")}</tr>`;
  return `<h2>${title}</h2><table><thead>${line("th", heads)}</thead><tbody>${rows.map((row) => line("td", row)).join("")}</tbody></table>`;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replace(/\p{Cc}/gu, " ");
