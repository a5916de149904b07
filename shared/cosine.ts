/** Of the angle between two vectors of as many numbers, −1 … 1; 0 where one of them is all zeros. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, first, second] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    first += a[i]! ** 2;
    second += b[i]! ** 2;
  }
  const lengths = Math.sqrt(first) * Math.sqrt(second);
  return lengths === 0 ? 0 : Math.min(Math.max(product / lengths, -1), 1);
}
