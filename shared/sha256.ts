/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104) in plain JavaScript: the plugin's iframe is not a secure context and has no
 * `crypto.subtle`. Messages here are a hundred bytes long, so clarity counts and speed does not.
 */

const BLOCK_BYTES = 64;

/** 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  const state = INITIAL.slice();
  const padded = pad(message);
  const words = new Uint32Array(64);
  for (let offset = 0; offset < padded.byteLength; offset += BLOCK_BYTES) compress(state, words, padded, offset);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => {
    digest.setUint32(4 * i, word);
  });
  return new Uint8Array(digest.buffer);
}

/** 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? sha256(key) : key);
  const inner = sha256(concat(block.map((byte) => byte ^ 0x36), message)); // biome-ignore format: the formula on one line
  return sha256(concat(block.map((byte) => byte ^ 0x5c), inner)); // biome-ignore format: the formula on one line
}

/** FIPS 180-4 §5.1.1: a one bit, zeros, and the length in bits as 64 bits. */
function pad(message: Uint8Array): DataView {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n);
  return view;
}

/** FIPS 180-4 §6.2.2, one block. */
function compress(state: Uint32Array, w: Uint32Array, block: DataView, offset: number): void {
  for (let t = 0; t < 16; t++) w[t] = block.getUint32(offset + 4 * t);
  for (let t = 16; t < 64; t++) {
    const s0 = rotr(w[t - 15]!, 7) ^ rotr(w[t - 15]!, 18) ^ (w[t - 15]! >>> 3);
    const s1 = rotr(w[t - 2]!, 17) ^ rotr(w[t - 2]!, 19) ^ (w[t - 2]! >>> 10);
    w[t] = w[t - 16]! + s0 + w[t - 7]! + s1;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let t = 0; t < 64; t++) {
    const sum1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0;
    const sum0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
    const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [a, b, c, d, e, f, g, h] = [(t1 + t2) | 0, a, b, c, (d + t1) | 0, e, f, g];
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => {
    state[i]! += value;
  });
}

const rotr = (x: number, n: number) => (x >>> n) | (x << (32 - n));

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

const PRIMES = (() => {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  return primes;
})();

/** The first 32 bits of the fractional part of `root(prime)`: where SHA-256's constants come from (§4.2.2, §5.3.3). */
const fractions = (primes: number[], root: (x: number) => number) =>
  Uint32Array.from(primes, (p) => Math.floor((root(p) % 1) * 2 ** 32));
const INITIAL = fractions(PRIMES.slice(0, 8), Math.sqrt);
const K = fractions(PRIMES, Math.cbrt);
