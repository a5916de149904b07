import type { Dependency } from "./dependencies.mjs";

export const ALLOWED: readonly string[];
export const EXCEPTIONS: readonly {
  readonly packages: RegExp;
  readonly licence: RegExp;
  readonly ships: boolean;
  readonly reason: string;
}[];
export const INSTALL_SCRIPTS: Readonly<Record<string, string>>;
export function allowedBy(dependency: Pick<Dependency, "name" | "licence" | "ships">): string | undefined;
