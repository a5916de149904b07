/** Types of build.mjs. */
export function bundlePrelude(place: { readonly root: string }): Promise<string>;
export function buildPlayground(options: {
  readonly root: string;
  readonly outdir: string;
  readonly common: object;
}): Promise<void>;
