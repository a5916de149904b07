import { inspect } from "node:util";
import { visibleLines } from "../library/plain-text.ts";

/** Lines for whoever reads what a command gives out. Whatever they quote, they hold nothing that a terminal obeys. */
export const print = (text: string): void => console.log(visibleLines(text));

/** The same for what goes wrong, and for how far a command is: errors with their stack. */
export const printError = (text: unknown): void =>
  console.error(visibleLines(typeof text === "string" ? text : inspect(text)));
