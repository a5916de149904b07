/** x of A x = b by Gaussian elimination with partial pivoting. A: a few rows, not singular. */
export function solveLinear(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]!]);
  for (let column = 0; column < rows.length; column++) {
    let pivot = column;
    for (let i = column + 1; i < rows.length; i++) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let i = column + 1; i < rows.length; i++) {
      const factor = rows[i]![column]! / rows[column]![column]!;
      for (let k = column; k <= rows.length; k++) rows[i]![k]! -= factor * rows[column]![k]!;
    }
  }
  const x = new Array<number>(rows.length).fill(0);
  for (let i = rows.length - 1; i >= 0; i--) {
    const known = x.reduce((sum, value, k) => (k > i ? sum + rows[i]![k]! * value : sum), 0);
    x[i] = (rows[i]![rows.length]! - known) / rows[i]![i]!;
  }
  return x;
}
