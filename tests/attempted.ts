import { Problem } from "../shared/problem.ts";

/** The Problem that `action` throws; a test that expects one fails where none or another error is thrown. */
export function attempted(action: () => unknown): Problem {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error(`Nothing was refused: ${JSON.stringify(result)}`);
}
