import type { Task } from "../../shared/job.ts";
import { PROBLEM_CODES } from "../../shared/problem.ts";
import { THRIFT_WORDS } from "../../shared/thrift.ts";
import { narrowed } from "./narrowed.ts";
import { sentence } from "./sentence.ts";
import type { Terminal } from "./terminal.ts";
import type { CompanionEvent } from "./work.ts";

export interface NarrateOptions {
  /** False where the output is kept: prompts, and sentences that may quote them, are left out. Default true. */
  readonly prompts?: boolean;
}

/** Tells at the terminal what the companion does, one calm line each. */
export function narrate(terminal: Terminal, { prompts = true }: NarrateOptions = {}): (event: CompanionEvent) => void {
  const { dim, bold, green, red, yellow, cyan } = terminal;
  const say = (mark: string, text: string) =>
    terminal.print(`  ${dim(new Date().toTimeString().slice(0, 5))}  ${mark} ${text}`);
  const named = (task: Task) => (prompts ? what(task) : "A picture");
  let provider = "";
  let digits = 0;
  return (event) => {
    switch (event.type) {
      case "code":
        if (event.state.code.length > digits && digits > 0)
          say(
            yellow("!"),
            `${event.state.wrong} wrong codes were typed on this machine: the code is longer from now on.`,
          );
        digits = event.state.code.length;
        terminal.setFooter(
          `  Pairing code  ${bold(cyan(spaced(event.state.code)))}  ${dim("(type it into the plugin)")}`,
        );
        return;
      case "paired":
        return say(green("✓"), "The plugin is paired with this machine.");
      case "connected":
        return say(dim("•"), "Figma's plugin connected.");
      case "left":
        return say(dim("•"), "Figma's plugin closed. Pictures in work go on, and wait for it.");
      case "refused":
        return say(yellow("!"), `A client was refused: ${sentence(event.problem)}`);
      case "engine": {
        const { device, problem } = event.state;
        if (problem !== undefined) return say(red("✗"), sentence(problem));
        // Restarts on the same device are nobody's concern.
        if (device === undefined || device.name === provider) return;
        provider = device.name;
        say(green("✓"), `Pictures are made on ${bold(device.name)}.`);
        for (const { provider: name, reason } of device.passedOver) say(dim("•"), dim(`Not on ${name}: ${reason}`));
        return;
      }
      case "note":
        return say(yellow("!"), event.line);
      case "begun":
        return say(dim("…"), named(event.task));
      case "done": {
        const { attachments, seconds, facts } = event.result;
        const size = `${attachments.map(({ width, height }) => `${width} × ${height}`).join(", ")} in ${seconds.toFixed(1)} s`;
        say(green("✓"), `${named(event.task)} is done: ${size}.`);
        if (facts.weightBits !== undefined && event.task.kind === "generate")
          say(dim("•"), dim(`The weights were ${narrowed(event.task.request, facts.weightBits)}.`));
        else if (facts.thrift !== undefined) say(dim("•"), dim(`To fit into memory, ${THRIFT_WORDS[facts.thrift]}.`));
        return;
      }
      case "failed": {
        const { code } = event.problem;
        return say(red("✗"), sentence(prompts ? event.problem : { code, message: PROBLEM_CODES[code] }));
      }
      case "cancelled":
        return say(dim("–"), `${named(event.task)} was cancelled.`);
    }
  };
}

const spaced = (code: string) => code.replace(/(?<=^(?:...)+)(?=.)/g, " ");

function what(task: Task): string {
  if (task.kind === "matte") return "A picture without its background";
  if (task.kind === "likeness") return "How alike pictures are";
  return task.kind === "generate" ? quoted(task.request.prompt) : `A picture ${task.request.factor} times as large`;
}

function quoted(prompt: string): string {
  const line = prompt.replace(/\s+/g, " ").trim();
  if (line === "") return "A picture without prompt";
  return `“${line.length > 60 ? `${line.slice(0, 59)}…` : line}”`;
}
