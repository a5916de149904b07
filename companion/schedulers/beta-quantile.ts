/** The quantile function of the Beta distribution: x with I_x(a, b) = p, 0 ≤ p ≤ 1. Exact to about 1e-14. */
export function betaQuantile(p: number, a: number, b: number): number {
  // The smaller tail keeps all of its digits.
  return p <= regularisedBeta(0.5, a, b) ? lowerQuantile(p, a, b) : 1 - lowerQuantile(1 - p, b, a);
}

/** The same for a quantile that is not above 1/2: Newton's method within a bracket that closes. */
function lowerQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  const logNorm = logGamma(a) + logGamma(b) - logGamma(a + b);
  let [low, high] = [0, 0.5];
  // Near 0, I_x ≈ x^a / (a B(a, b)).
  let x = Math.min(0.5, (p * a * Math.exp(logNorm)) ** (1 / a));
  for (let round = 0; round < 100; round++) {
    const error = regularisedBeta(x, a, b) - p;
    if (error > 0) high = x;
    else low = x;
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logNorm);
    const newton = x - error / density;
    if (Math.abs(newton - x) <= 1e-15 * x) return newton;
    x = newton > low && newton < high ? newton : (low + high) / 2;
  }
  return x;
}

/** I_x(a, b) by its continued fraction (Numerical Recipes, section 6.4; Lentz's method), for x ≤ 1/2. */
function regularisedBeta(x: number, a: number, b: number): number {
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - (logGamma(a) + logGamma(b) - logGamma(a + b))) / a;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return front * fraction;
}

/** log Γ(x), x > 0 (Lanczos 1964, g = 7, nine coefficients). */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  const series = LANCZOS.reduce((sum, c, k) => sum + (k === 0 ? c : c / (x - 1 + k)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
