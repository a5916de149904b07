/** Figures in pages: what a command printed stands between two marks that name it, with the machine that it ran on. */
import { arch, cpus, platform, totalmem } from "node:os";

const END = "<!-- end -->";

/** The mark before what `command` prints; `<!-- end -->` comes after it. */
export const beginOf = (command) => `<!-- ${command}: begin -->`;

/** `page` with `text` between its two marks for `command`. Throws where it does not have them once. */
export function betweenMarks(page, command, text) {
  const begin = beginOf(command);
  const parts = page.split(begin);
  const end = parts[1]?.indexOf(END) ?? -1;
  if (parts.length !== 2 || end < 0 || parts[1].slice(0, end).includes(": begin -->"))
    throw new Error(`The page needs "${begin}" once, and "${END}" after it.`);
  return `${parts[0]}${begin}\n\n${text}\n\n${parts[1].slice(end)}`;
}

/** "2 cores of …, 24 GB, linux x64, Node 20.20.2" */
export const hardware = () =>
  `${cpus().length} cores of ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${platform()} ${arch()}, Node ${process.versions.node}`;

/** "2026-11-30" */
export const today = () => new Date().toISOString().slice(0, 10);
