/** The table of the README. */
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
