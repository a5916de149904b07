export function licenceTexts(
  packages: ReadonlyMap<string, string>,
  parts?: readonly { readonly name: string; readonly text: string }[],
): Promise<string>;
export function identifiers(expression: string): string[];
export function bundledPackages(metafile: { readonly inputs: Readonly<Record<string, unknown>> }): Set<string>;
