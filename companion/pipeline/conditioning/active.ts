/** Whether evaluation `i` of `of` lies within start … end: the rule of diffusers' ControlNet pipelines. */
export function isActive(
  { start, end }: { readonly start: number; readonly end: number },
  i: number,
  of: number,
): boolean {
  return !(i / of < start || (i + 1) / of > end);
}
