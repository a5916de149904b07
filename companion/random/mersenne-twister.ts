/**
 * MT19937, the 32-bit Mersenne Twister (Matsumoto and Nishimura 1998, "Mersenne Twister: a 623-dimensionally
 * equidistributed uniform pseudo-random number generator", reference code mt19937ar.c, init_genrand).
 */

const N = 624;
const M = 397;

/** A stream of uniform 32-bit unsigned integers. Only the low 32 bits of `seed` count. */
export class MersenneTwister {
  private readonly state = new Uint32Array(N);
  private used = N;

  constructor(seed: number) {
    const { state } = this;
    // seed mod 2^32, exact for every safe integer (`>>> 0` alone is too, but says less).
    state[0] = seed % 2 ** 32;
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
      state[i] = Math.imul(1812433253, previous) + i;
    }
  }

  next(): number {
    if (this.used === N) this.twist();
    let y = this.state[this.used++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  private twist(): void {
    const { state } = this;
    for (let k = 0; k < N; k++) {
      const y = (state[k]! & 0x80000000) | (state[(k + 1) % N]! & 0x7fffffff);
      state[k] = state[(k + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.used = 0;
  }
}
