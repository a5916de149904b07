let table: Float32Array | undefined;

/** The value of every float16. IEEE 754-2019, section 3.4: 1 sign, 5 exponent and 10 fraction bits. */
export function halfFloats(): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, bits) => {
    const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  });
  return table;
}
