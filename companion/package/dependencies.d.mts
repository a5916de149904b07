export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** As SPDX writes it, or as the package does. */
  readonly licence: string;
  /** Of its archive, as the lockfile holds it. */
  readonly integrity: string | undefined;
  readonly ships: boolean;
  readonly hasInstallScript: boolean;
}
export function dependencies(root: URL): Dependency[];
