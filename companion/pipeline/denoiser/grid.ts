/** [row, column] of a picture's places, row by row. */
export const gridOf = (rows: number, columns: number): (readonly [row: number, column: number])[] =>
  Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns] as const);
