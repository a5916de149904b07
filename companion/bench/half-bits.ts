const word = new DataView(new ArrayBuffer(4));

/** A number as a float16 (IEEE 754-2019, section 3.4), rounded to the nearest; what is below its normal numbers becomes 0. */
export function halfBits(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  // Rounded at the 13 bits that fall away; the exponent takes a carry by itself.
  const rounded = (bits & 0x7fffffff) + 0xfff + ((bits >>> 13) & 1);
  const exponent = (rounded >>> 23) - 127 + 15;
  if (exponent <= 0) return sign;
  if (exponent >= 31) return sign | 0x7c00;
  return sign | (exponent << 10) | ((rounded >>> 13) & 0x3ff);
}
