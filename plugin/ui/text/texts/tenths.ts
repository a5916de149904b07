/** "4.1", "4,1", "16". */
export const tenths = (language: string, value: number): string =>
  value.toLocaleString(language, { maximumFractionDigits: 1 });
