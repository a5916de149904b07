/** The bytes as numbers of 32 bits, four in each, the first in its lowest bits; the same bytes where these lie as such numbers must. A rest is left out. */
export const wordsOf = ({ buffer, byteOffset, length }: Uint8Array): Uint32Array =>
  byteOffset % 4 === 0
    ? new Uint32Array(buffer, byteOffset, length >> 2)
    : new Uint32Array(buffer.slice(byteOffset, byteOffset + length - (length % 4)));
