let choice: "end" | "go on" | undefined;

/**
 * What this process does when nobody reads what it prints any more: a list ends quietly, as in `underpaint models | head`;
 * a companion goes on with its pictures. The last call counts.
 */
export function whenUnread(wanted: "end" | "go on"): void {
  const listens = choice !== undefined;
  choice = wanted;
  if (listens) return;
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (choice === "end") process.exit();
    });
}
