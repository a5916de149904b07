import { PROBLEM_CODES, type ProblemData } from "../../shared/problem.ts";
import { THRIFT_WORDS } from "../../shared/thrift.ts";
import { withoutQuotes } from "./redact.ts";
import type { CompanionEvent } from "./work.ts";

export interface LogLineOptions {
  /** True where the person asked for prompts, names and reasons in the log (`--log-prompts`). */
  readonly prompts: boolean;
}

/**
 * What the log keeps of an event: what happened and how much, and neither prompts nor names of models and files, nor the
 * pairing code. Reasons are told by their code, because a sentence may quote what a person wrote.
 */
export function logLine(event: CompanionEvent, { prompts }: LogLineOptions): string {
  const reason = ({ code, message }: ProblemData) =>
    prompts ? `${code}: ${message}` : `${code} (${PROBLEM_CODES[code]})`;
  switch (event.type) {
    case "code":
      return `pairing code of ${event.state.code.length} digits, after ${event.state.wrong} wrong ones`;
    case "paired":
      return "a plugin is paired";
    case "connected":
    case "left":
      return `a plugin ${event.type === "left" ? "left" : "connected"}`;
    case "refused":
      return `a client was refused: ${reason(event.problem)}`;
    case "engine": {
      const { device, problem } = event.state;
      if (problem !== undefined) return `engine: ${reason(problem)}`;
      if (device === undefined) return "engine: starting";
      const passedOver = device.passedOver.map(({ provider }) => provider).join(", ");
      return `engine: ${device.provider}, ${device.name}${passedOver === "" ? "" : `; not ${passedOver}`}`;
    }
    case "note":
      return `note: ${prompts ? event.line : withoutQuotes(event.line)}`;
    case "begun": {
      const { task } = event;
      if (task.kind === "matte") return `matte begins: by ${task.request.side} pixels`;
      if (task.kind === "likeness") return `likeness begins: ${task.request.pictures.length} pictures`;
      if (task.kind === "enlarge") return `enlarge begins: ${task.request.factor} times`;
      const { width, height, steps, prompt } = task.request;
      return `generate begins: ${width} × ${height}, ${steps} steps${prompts ? ` “${prompt}”` : ""}`;
    }
    case "done": {
      const { attachments, seconds, facts } = event.result;
      const bits = facts.weightBits === undefined ? "" : `, weights of ${facts.weightBits} bits`;
      const thrift = facts.thrift === undefined ? "" : `, ${THRIFT_WORDS[facts.thrift]}`;
      const sizes = attachments.map(({ width, height }) => `${width} × ${height}`).join(", ") || "no picture";
      return `${event.task.kind} is done: ${sizes} in ${seconds.toFixed(1)} s${bits}${thrift}`;
    }
    case "failed":
      return `${event.task.kind} failed: ${reason(event.problem)}`;
    case "cancelled":
      return `${event.task.kind} was cancelled`;
  }
}
