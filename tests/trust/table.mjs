/** The table of the README, and its place there. */
const [BEGIN, END] = ["<!-- npm run trust -- --write: begin -->", "<!-- end -->"];

const cell = (text) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** One line a row: what was promised, where it is tested, what came of it. `rows`: {promise, test} with an outcome of row.ts. */
export function tableOf(rows) {
  const lines = rows.map(({ promise, test, ...outcome }) =>
    [promise, test.startsWith("npm ") ? `\`${test}\`` : `[${test}](${test})`, figureOf(outcome)].map(cell),
  );
  return ["| promise | test | figure |", "|---|---|---|", ...lines.map((line) => `| ${line.join(" | ")} |`)].join("\n");
}

function figureOf({ skipped, held, figure }) {
  if (skipped !== undefined) return `not measured: ${skipped}`;
  return held ? figure : `**broken**: ${figure}`;
}

/** `page` with `text` between its two marks. Throws where it does not have both, once. */
export function betweenMarks(page, text) {
  const parts = page.split(BEGIN);
  const rest = parts[1]?.split(END);
  if (parts.length !== 2 || rest.length !== 2) throw new Error(`The page needs "${BEGIN}" and "${END}" once each.`);
  return `${parts[0]}${BEGIN}\n\n${text}\n\n${END}${rest[1]}`;
}
