import type { Outcome } from "./row.ts";

export function tableOf(rows: readonly ({ readonly promise: string; readonly test: string } & Outcome)[]): string;
