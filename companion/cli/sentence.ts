import type { ProblemData } from "../../shared/problem.ts";
import { visible } from "../library/plain-text.ts";

/** A problem as the terminal prints it: its sentence, and its code for programs and for searching. */
export const sentence = ({ message, code }: ProblemData): string => visible(`${message} (${code})`);
